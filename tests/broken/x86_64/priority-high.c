/* breaks P73: CR8 holds interrupts back */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(cr8, 15);
}
