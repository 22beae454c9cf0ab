/* breaks P81: an input of the I/O APIC is not masked */
#include "../broken.h"

void sabotage_entry(struct handoff *h)
{
	enum { LAST_INPUT = 23, VECTOR = 0xf0 };
	volatile uint32_t *ioapic = (volatile uint32_t *)(uintptr_t)h->devices[1].base;

	ioapic[0] = 0x10 + 2 * LAST_INPUT;
	ioapic[4] = VECTOR;
}
