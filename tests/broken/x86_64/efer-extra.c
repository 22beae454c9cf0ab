/* breaks P70: EFER.SCE is set */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	msr_write(EFER, msr_read(EFER) | 1);
}
