/* breaks P99: HCR_EL2.HCD is set
 * kernel: pith-el2vhe
 * run: --machine virt,virtualization=on --cpu max */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(hcr_el2, READ_REGISTER(hcr_el2) | 1 << 29);
}
