/* the direct map has page 0, which is no memory for it */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	pt_map(broken_table(b), b->attempt.space.plan.direct_map, 0, PAGE_BYTES, PT_WRITE | PT_EXECUTE, PT_NORMAL,
	       NULL);
}
