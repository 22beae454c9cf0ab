/* breaks P52: the page below the boot stack is mapped */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_map(broken_table(b), b->attempt.space.stack.virt - PAGE_BYTES, b->attempt.space.stack.phys, PAGE_BYTES,
	       PT_WRITE, PT_NORMAL, NULL);
}
