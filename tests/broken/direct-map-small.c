/* breaks P46: 2 MiB of the direct map are mapped by pages of 4 KiB */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	vaddr va = b->attempt.space.plan.direct_map + broken_free_block(b);

	pt_unmap(broken_table(b), va, PAGE_BYTES, NULL);
	pt_map(broken_table(b), va, va - b->attempt.space.plan.direct_map, PAGE_BYTES, PT_WRITE, PT_NORMAL, NULL);
}
