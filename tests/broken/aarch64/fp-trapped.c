/* breaks P98 (and so P92): floating point traps although nobody asked for that */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(cpacr_el1, 0);
}
