/* apic.c — the local APIC: interprocessor interrupts, end of interrupt, the timer. */
#include "apic.h"

#include "processor.h"
#include "vm.h"

static uintptr_t page; /* the argument of apic.h's functions: 0 in x2APIC mode */

const char *apic_find(void)
{
	uint64_t base = cpu_read_msr(MSR_APIC_BASE);

	if (!(base & APIC_BASE_ENABLE))
		return "the local APIC is switched off";
	if (base & APIC_BASE_X2APIC)
		return NULL;
	page = (uintptr_t)vm_device(base & APIC_BASE_ADDRESS, PAGE_BYTES);
	return page ? NULL : "no memory to map the local APIC";
}

void apic_start(void)
{
	apic_write(page, APIC_SPURIOUS, APIC_ENABLE | VECTOR_SPURIOUS);
	apic_write(page, APIC_TIMER_DIVIDE, APIC_DIVIDE_BY_16);
	apic_write(page, APIC_TIMER, VECTOR_TIMER);
}

void apic_open_nmi(void)
{
	apic_write(page, APIC_LINT1, APIC_DELIVER_NMI);
}

void apic_done(void)
{
	apic_write(page, APIC_EOI, 0);
}

void apic_interrupt(uint64_t id, uint32_t command)
{
	apic_send(page, (uint32_t)id, command);
}

void apic_timer_start(uint32_t count)
{
	apic_write(page, APIC_TIMER_COUNT, count);
}

uint32_t apic_timer_left(void)
{
	return apic_read(page, APIC_TIMER_LEFT);
}
