/* breaks P63 (and so P82): the timer of the local APIC runs, and interrupts */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	enum { LVT_TIMER = 0x320, TIMER_COUNT = 0x380, VECTOR = 0xf0 };

	(void)h;
	local_apic_write(LVT_TIMER, VECTOR);
	local_apic_write(TIMER_COUNT, 1000);
}
