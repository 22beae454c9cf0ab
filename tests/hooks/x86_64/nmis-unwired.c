/* Firmware that leaves the pin for NMIs as it is after a reset, on each processor. */
#include "apic.h"
#include "local.h"
#include "sabotage.h"

void sabotage_switched(struct handoff *h)
{
	(void)h;
	apic_write(quiet_apic(), APIC_LINT1, APIC_MASKED);
}
