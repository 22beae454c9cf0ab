/* breaks P69: CR4.PCE is set */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(cr4, READ_REGISTER(cr4) | 1 << 8);
}
