/* quiet.c — interrupt controllers as the contract promises them: everything masked, nothing pending. */
#include "apic.h"
#include "boot.h"
#include "local.h"
#include "log.h"
#include "mmio.h"

/* Found in firmware; the image takes them along into the net. handoff.devices are the local APIC, I/O APICs, the
 * HPET, IOMMUs. */
static unsigned ioapic_count;
static paddr hpet; /* 0: none */
static uint16_t boot_pins; /* the boot processor's */

static uint64_t local_apic_base(void)
{
	return cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_ADDRESS;
}

/* The local APIC in the form that apic.h takes. Devices are identity-mapped in the net. */
uintptr_t quiet_apic(void)
{
	return cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_X2APIC ? 0 : (uintptr_t)local_apic_base();
}

static void find_pins(struct boot *b, const struct acpi *acpi)
{
	struct platform *m = &b->attempt.platform;

	acpi_nmis(acpi, m->cpus, m->cpu_count);
	for (size_t i = 0; i < m->cpu_count; i++)
		if (m->cpus[i].hardware_id == m->arch.boot_cpu)
			boot_pins = m->cpus[i].nmi_pins;
}

size_t arch_quiet_devices(struct boot *b, struct span *out, size_t capacity)
{
	const struct acpi *acpi = b->facts.has_acpi ? &b->facts.acpi : NULL;
	struct table_ioapic ioapics[TABLES_MAX_IOAPICS + 1];
	size_t count = acpi ? acpi_ioapics(acpi, ioapics, COUNT_OF(ioapics)) : 0, used = 0;

	if (count > TABLES_MAX_IOAPICS)
		log_line("more than %u I/O APICs: the inputs of the rest are not masked", TABLES_MAX_IOAPICS);
	out[used++] = (struct span){ local_apic_base(), PAGE_BYTES };
	for (size_t i = 0; i < count && i < TABLES_MAX_IOAPICS && used < capacity; i++)
		out[used++] = (struct span){ ioapics[i].base, IOAPIC_BYTES };
	ioapic_count = (unsigned)used - 1;
	hpet = acpi && used < capacity ? acpi_hpet(acpi) : 0;
	if (hpet)
		out[used++] = (struct span){ hpet, HPET_BYTES };
	boot_pins = 0;
	if (acpi && b->attempt.mode.state & STATE_APIC_RESET)
		find_pins(b, acpi);
	if (b->attempt.mode.state & STATE_NO_IOMMU)
		used += iommus_find(b, out + used, capacity - used);
	return used;
}

/* Where only masks may change, SMI and INIT are the firmware's. */
static bool may_mask(uint32_t entry, uint32_t state)
{
	unsigned mode = IOAPIC_DELIVERY(entry);

	return !(state & STATE_MASK_ONLY) || (mode != IOAPIC_DELIVERY_SMI && mode != IOAPIC_DELIVERY_INIT);
}

/* Inputs that deliver SMI stay as they are: the firmware's handlers in System Management Mode may live on them, and
 * they are none of the kernel's. */
static void mask_ioapic(uintptr_t base, uint32_t state)
{
	unsigned last = ioapic_last_input(base);

	for (unsigned i = 0; i <= last; i++) {
		uint32_t entry = ioapic_read(base, IOAPIC_REDIRECTION + 2 * i);
		bool keep = IOAPIC_DELIVERY(entry) == IOAPIC_DELIVERY_SMI || !may_mask(entry, state);
		if (!keep)
			ioapic_write(base, IOAPIC_REDIRECTION + 2 * i,
			             state & STATE_MASK_ONLY ? entry | APIC_MASKED : APIC_MASKED);
	}
}

/* The HPET's interrupts may be messages, which pass every mask. EDK II uses them so (PcdHpetMsiEnable) and does not
 * stop them at exit. The counter keeps running. */
static void silence_hpet(uintptr_t base)
{
	unsigned last = mmio_read(base + HPET_CAPABILITIES, 4) >> 8 & 31;

	for (unsigned i = 0; i <= last; i++)
		mmio_write(base + HPET_TIMER(i), 4, mmio_read(base + HPET_TIMER(i), 4) & ~(uint32_t)HPET_INT_ENB);
}

void quiet_mask(uintptr_t apic, uint32_t state)
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
		bool keep = !state && lvt[i] == APIC_LINT0 && APIC_IS_EXTINT(value); /* the 8259s' way, masked there */
		if (!keep && may_mask(value, state))
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

/* An interrupt that was accepted before it was masked would reach the kernel: take it here. The net's interrupt
 * handler only returns; the end of interrupt comes from this loop. */
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
	cpu_write_cr8(0); /* first: interrupts that a priority holds back could not be drained */
	cpu_out8(PIC_1_MASK, 0xff);
	cpu_out8(PIC_2_MASK, 0xff);
	if (hpet)
		silence_hpet(hpet);
	for (unsigned i = 1; i <= ioapic_count; i++)
		mask_ioapic((uintptr_t)h->devices[i].base, h->mode.state);
	if (cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_ENABLE) {
		quiet_mask(quiet_apic(), h->mode.state);
		drain_local_apic(quiet_apic());
	}
	if (h->mode.state & STATE_NO_IOMMU)
		iommus_off(h); /* all is masked: an entry that is read in another way now delivers nothing */
	net_report_interrupts();
}

/* Intel SDM vol. 3A, "x2APIC State Transitions": the way from x2APIC to xAPIC mode leads through a disabled APIC. */
static void set_mode(uint32_t state)
{
	uint64_t base = cpu_read_msr(MSR_APIC_BASE), wanted = base | (state & STATE_APIC_RESET ? APIC_BASE_ENABLE : 0);

	if (state & STATE_XAPIC && base & APIC_BASE_X2APIC) {
		base &= ~(uint64_t)(APIC_BASE_X2APIC | APIC_BASE_ENABLE);
		cpu_write_msr(MSR_APIC_BASE, base);
		wanted = base | APIC_BASE_ENABLE;
	}
	if (state & STATE_X2APIC && cpu_has_x2apic())
		wanted |= APIC_BASE_ENABLE | APIC_BASE_X2APIC;
	if (wanted != base)
		cpu_write_msr(MSR_APIC_BASE, wanted);
}

static void wire_nmis(uintptr_t apic, uint16_t pins)
{
	static const uint16_t lint[TABLE_NMI_PINS] = { APIC_LINT0, APIC_LINT1 };

	for (unsigned i = 0; i < TABLE_NMI_PINS; i++, pins >>= 8) {
		uint32_t how = (pins & TABLE_NMI_LOW ? APIC_LOW : 0) | (pins & TABLE_NMI_LEVEL ? APIC_LEVEL : 0);
		if (pins & TABLE_NMI && may_mask(apic_read(apic, lint[i]), STATE_MASK_ONLY))
			apic_write(apic, lint[i], APIC_MASKED | APIC_DELIVER_NMI | how);
	}
}

void quiet_settle(const struct handoff *h, const struct handoff_cpu *c)
{
	uint32_t state = h->mode.state;

	if (!(state & (STATE_XAPIC | STATE_X2APIC | STATE_APIC_RESET)))
		return;
	set_mode(state);
	if (!(state & STATE_APIC_RESET))
		return;
	apic_write(quiet_apic(), APIC_SPURIOUS, 0xff | APIC_ENABLE);
	apic_write(quiet_apic(), APIC_PRIORITY, 0);
	wire_nmis(quiet_apic(), c ? c->nmi_pins : boot_pins);
	quiet_mask(quiet_apic(), state);
}
