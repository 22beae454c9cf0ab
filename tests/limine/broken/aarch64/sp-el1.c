/* the stack pointer is SP_EL1, and a return address is there */
#include "limine.h"

void sabotage_entry(struct handoff *h)
{
	h->mode.state &= ~(uint32_t)STATE_SP_EL0;
}
