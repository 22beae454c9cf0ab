/* breaks P75: the base of GS is not zero */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	msr_write(GS_BASE, 0x1000);
}
