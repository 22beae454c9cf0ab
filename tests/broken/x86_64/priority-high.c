/* breaks P73: CR8 holds interrupts back */
#include "../broken.h"
#include "machine.h"

ONLY_ENTRY

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(cr8, 15);
}
