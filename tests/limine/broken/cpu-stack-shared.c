/* a released processor has the first one's stack */
#include "limine.h"

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r)
{
	(void)r;
	c->stack = h->kernel_stack;
}
