/* another processor has other MTRRs */
#include "limine.h"
#include "machine.h"

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r)
{
	enum { FIRST_BASE = 0x200 };

	(void)h, (void)c, (void)r;
	msr_write(FIRST_BASE, msr_read(FIRST_BASE) ^ 1ull << 30);
}
