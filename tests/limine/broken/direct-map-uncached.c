/* 2 MiB of the direct map are mapped as device memory */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	pt_protect(broken_table(b), b->attempt.space.plan.direct_map + broken_free_block(b), MIB(2),
	           PT_WRITE | PT_EXECUTE, PT_DEVICE, NULL);
}
