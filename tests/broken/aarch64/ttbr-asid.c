/* breaks P91: TTBR1 has an ASID */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(ttbr1_el1, READ_REGISTER(ttbr1_el1) | 1ull << 48);
}
