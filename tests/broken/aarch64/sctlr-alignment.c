/* breaks P88: SCTLR.A is set: unaligned accesses trap */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(sctlr_el1, READ_REGISTER(sctlr_el1) | 1 << 1);
}
