/* breaks P90: MAIR has another kind of device memory */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(mair_el1, 0x4400ff);
}
