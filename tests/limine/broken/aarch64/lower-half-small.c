/* the lower half has 47 bits */
#include "limine.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(tcr_el1, READ_REGISTER(tcr_el1) + 1);
}
