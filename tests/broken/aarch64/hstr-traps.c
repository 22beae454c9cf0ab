/* breaks P100: HSTR_EL2 is not 0
 * kernel: pith-el2vhe
 * run: --machine virt,virtualization=on --cpu max */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(hstr_el2, 1);
}
