/* breaks P89: TCR.TBI1 is set: the top byte of an address is ignored */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(tcr_el1, READ_REGISTER(tcr_el1) | 1ull << 38);
}
