/* quiet.c — interrupt controllers as the contract promises them: everything masked, nothing pending. */
#include "apic.h"
#include "handoff.h"

static uint64_t local_apic_base(void)
{
	return cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_ADDRESS;
}

/* As apic.h wants it. Devices are mapped one to one in the net. */
static uintptr_t local_apic(void)
{
	return cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_X2APIC ? 0 : (uintptr_t)local_apic_base();
}

size_t arch_quiet_devices(const struct acpi *acpi, struct span *out, size_t capacity)
{
	struct table_ioapic ioapics[TABLES_MAX_IOAPICS];
	size_t count = acpi ? acpi_ioapics(acpi, ioapics, TABLES_MAX_IOAPICS) : 0, used = 0;

	/* The local APIC is first; handoff.devices[1...] are I/O APICs. */
	out[used++] = (struct span){ local_apic_base(), PAGE_BYTES };
	for (size_t i = 0; i < count && i < TABLES_MAX_IOAPICS && used < capacity; i++)
		out[used++] = (struct span){ ioapics[i].base, IOAPIC_BYTES };
	return used;
}

static void mask_ioapic(uintptr_t base)
{
	unsigned last = ioapic_last_input(base);

	for (unsigned i = 0; i <= last; i++)
		ioapic_write(base, IOAPIC_REDIRECTION + 2 * i, APIC_MASKED);
}

static void mask_local_apic(uintptr_t apic)
{
#define X(offset, name) offset,
	static const uint16_t lvt[] = { APIC_LVT(X) };
#undef X
	unsigned last = apic_last_lvt(apic);

	apic_write(apic, APIC_TIMER_COUNT, 0);
	for (unsigned i = 0; i < COUNT_OF(lvt) && i <= last; i++)
		apic_write(apic, lvt[i], apic_read(apic, lvt[i]) | APIC_MASKED);
}

static bool any_bit(uintptr_t apic, unsigned first)
{
	for (unsigned i = 0; i < 8; i++)
		if (apic_read(apic, first + 0x10 * i))
			return true;
	return false;
}

/* What was accepted before it was masked would be delivered to the kernel: take it here. The net's interrupt handler only
 * returns, with an end-of-interrupt from this loop. */
static void drain_local_apic(uintptr_t apic)
{
	for (unsigned i = 0; i < 512 && any_bit(apic, APIC_ISR); i++)
		apic_write(apic, APIC_EOI, 0);
	for (unsigned i = 0; i < 512 && any_bit(apic, APIC_IRR); i++) {
		__asm__ volatile("sti; nop; nop; cli" : : : "memory");
		apic_write(apic, APIC_EOI, 0);
	}
}

void arch_quiet(struct handoff *h)
{
	cpu_out8(PIC_1_MASK, 0xff);
	cpu_out8(PIC_2_MASK, 0xff);
	for (unsigned i = 1; i < h->device_count; i++)
		mask_ioapic((uintptr_t)h->devices[i].base);
	if (!(cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_ENABLE))
		return;
	mask_local_apic(local_apic());
	drain_local_apic(local_apic());
}
