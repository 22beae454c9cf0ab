/* breaks P54: a page of the kernel is mapped in the slot of the net */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_map(broken_table(b), b->attempt.space.plan.net_base + PLAN_NET_BYTES / 2,
	       b->attempt.kernel.layout.segments[PITH_RODATA].place, PAGE_BYTES, 0, PT_NORMAL, NULL);
}
