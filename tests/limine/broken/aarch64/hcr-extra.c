/* HCR_EL2.TEA is set */
#include "limine.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(hcr_el2, READ_REGISTER(hcr_el2) | 1ull << 37);
}
