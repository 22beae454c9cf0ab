/* breaks P45: the direct map has page 0, which is no usable memory */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_map(broken_table(b), b->attempt.space.plan.direct_map, 0, PAGE_BYTES, PT_WRITE, PT_NORMAL, NULL);
}
