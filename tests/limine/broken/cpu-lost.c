/* a released processor enters nothing */
#include "arch.h"
#include "limine.h"

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r)
{
	(void)h, (void)c, (void)r;
	arch_halt();
}
