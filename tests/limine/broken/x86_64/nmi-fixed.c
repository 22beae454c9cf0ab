/* a pin that takes NMIs delivers a fixed interrupt */
#include "apic.h"
#include "limine.h"
#include "local.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	apic_write(quiet_apic(), APIC_LINT1, APIC_MASKED);
}
