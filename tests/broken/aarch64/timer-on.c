/* breaks P94: the virtual timer is on */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(cntv_tval_el0, 0x7fffffff);
	WRITE_REGISTER(cntv_ctl_el0, 1);
}
