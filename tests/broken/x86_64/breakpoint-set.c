/* breaks P78: a breakpoint is set */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(dr0, 0);
	WRITE_REGISTER(dr7, 0x402);
}
