/* breaks P72: the PAT is as after reset, without write-combining */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	msr_write(PAT, 0x0007040600070406);
}
