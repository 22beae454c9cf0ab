/* breaks P54: a page of the kernel is mapped in the slot of the net */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_map(broken_table(b), b->space.plan.net_base + PLAN_NET_BYTES / 2, b->kernel.segments[PITH_RODATA].phys, PAGE_BYTES, 0,
	       PT_NORMAL, NULL);
}
