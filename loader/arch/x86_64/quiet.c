/* quiet.c — interrupt controllers as the contract promises them: everything masked, nothing pending. */
#include "apic.h"
#include "handoff.h"
#include "local.h"
#include "log.h"
#include "mmio.h"

/* Found in firmware, they travel with the image into the net. handoff.devices are the local APIC, I/O APICs, the HPET. */
static unsigned ioapic_count;
static paddr hpet; /* 0: none */

static uint64_t local_apic_base(void)
{
	return cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_ADDRESS;
}

/* As apic.h wants it. Devices are mapped one to one in the net. */
uintptr_t quiet_apic(void)
{
	return cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_X2APIC ? 0 : (uintptr_t)local_apic_base();
}

/* "IA-PC HPET Description Table": base address 40, a generic address: space 0, memory; address 4. */
static paddr find_hpet(const struct acpi *acpi)
{
	uint32_t bytes;
	const uint8_t *table = acpi ? acpi_table(acpi, "HPET", &bytes) : NULL;

	return table && bytes >= 56 && table[40] == 0 ? read_le64(table + 44) : 0;
}

size_t arch_quiet_devices(const struct acpi *acpi, struct span *out, size_t capacity)
{
	struct table_ioapic ioapics[TABLES_MAX_IOAPICS + 1];
	size_t count = acpi ? acpi_ioapics(acpi, ioapics, COUNT_OF(ioapics)) : 0, used = 0;

	if (count > TABLES_MAX_IOAPICS)
		log_line("more than %u I/O APICs: the inputs of the rest are not masked", TABLES_MAX_IOAPICS);
	out[used++] = (struct span){ local_apic_base(), PAGE_BYTES };
	for (size_t i = 0; i < count && i < TABLES_MAX_IOAPICS && used < capacity; i++)
		out[used++] = (struct span){ ioapics[i].base, IOAPIC_BYTES };
	ioapic_count = (unsigned)used - 1;
	hpet = used < capacity ? find_hpet(acpi) : 0;
	if (hpet)
		out[used++] = (struct span){ hpet, HPET_BYTES };
	return used;
}

/* The firmware's handlers in System Management Mode may live on inputs that deliver SMI: they are none of the kernel's. */
static void mask_ioapic(uintptr_t base)
{
	unsigned last = ioapic_last_input(base);

	for (unsigned i = 0; i <= last; i++)
		if (IOAPIC_DELIVERY(ioapic_read(base, IOAPIC_REDIRECTION + 2 * i)) != IOAPIC_DELIVERY_SMI)
			ioapic_write(base, IOAPIC_REDIRECTION + 2 * i, APIC_MASKED);
}

/* Its interrupts may be messages, which pass every mask. EDK II uses them so (PcdHpetMsiEnable) and does not stop them at
 * exit. The counter keeps running. */
static void silence_hpet(uintptr_t base)
{
	unsigned last = mmio_read(base + HPET_CAPABILITIES, 4) >> 8 & 31;

	for (unsigned i = 0; i <= last; i++)
		mmio_write(base + HPET_TIMER(i), 4, mmio_read(base + HPET_TIMER(i), 4) & ~(uint32_t)HPET_INT_ENB);
}

void quiet_mask(uintptr_t apic)
{
#define X(offset, name) offset,
	static const uint16_t lvt[] = { APIC_LVT(X) };
#undef X
	unsigned last = apic_last_lvt(apic);

	apic_write(apic, APIC_TIMER_COUNT, 0);
	if (cpu_has_tsc_deadline())
		cpu_write_msr(MSR_TSC_DEADLINE, 0);
	for (unsigned i = 0; i < COUNT_OF(lvt) && i <= last; i++) {
		uint32_t value = apic_read(apic, lvt[i]);
		if (lvt[i] != APIC_LINT0 || !APIC_IS_EXTINT(value)) /* the 8259s' way, and these are masked */
			apic_write(apic, lvt[i], value | APIC_MASKED);
	}
	for (unsigned i = apic_extended_lvts(apic); i-- > 0;) {
		unsigned entry = APIC_EXTENDED_LVT + 0x10 * i;
		apic_write(apic, entry, apic_read(apic, entry) | APIC_MASKED);
	}
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
		cpu_interrupts_taken();
		apic_write(apic, APIC_EOI, 0);
	}
}

void arch_quiet(struct handoff *h)
{
	cpu_write_cr8(0); /* first: what a priority holds back could not be drained */
	cpu_out8(PIC_1_MASK, 0xff);
	cpu_out8(PIC_2_MASK, 0xff);
	if (hpet)
		silence_hpet(hpet);
	for (unsigned i = 1; i <= ioapic_count; i++)
		mask_ioapic((uintptr_t)h->devices[i].base);
	if (cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_ENABLE) {
		quiet_mask(quiet_apic());
		drain_local_apic(quiet_apic());
	}
	net_report_interrupts();
}
