/* breaks P95: CNTVOFF_EL2 is not 0
 * kernel: pith-el2vhe
 * run: --machine virt,virtualization=on --cpu max */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(cntvoff_el2, 4096);
}
