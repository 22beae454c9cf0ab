/* breaks P93: VBAR leads nowhere */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(vbar_el1, 0);
}
