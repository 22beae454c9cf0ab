/* quiet.c — interrupt controllers as the contract promises them: everything masked, nothing pending. */
#include "cpu.h"
#include "handoff.h"

enum {
	/* 8259: data ports hold the mask */
	PIC_1_DATA = 0x21,
	PIC_2_DATA = 0xa1,
	/* 82093AA I/O APIC, "Register Description" */
	IOAPIC_SELECT = 0x00,
	IOAPIC_WINDOW = 0x10,
	IOAPIC_VERSION = 1,      /* bits 23:16: last redirection entry */
	IOAPIC_REDIRECTION = 16, /* two registers an entry             */
	/* Intel SDM vol. 3A, "Local APIC Register Address Map" (table 11-1) */
	APIC_VERSION = 0x30, /* bits 23:16: last LVT entry */
	APIC_EOI = 0xb0,
	APIC_IRR = 0x200,    /* 8 registers, 0x10 apart */
	APIC_ISR = 0x100,
	APIC_LVT_CMCI = 0x2f0,
	APIC_LVT_TIMER = 0x320,
	APIC_LVT_THERMAL = 0x330,
	APIC_LVT_COUNTERS = 0x340,
	APIC_LVT_LINT0 = 0x350,
	APIC_LVT_LINT1 = 0x360,
	APIC_LVT_ERROR = 0x370,
	APIC_TIMER_COUNT = 0x380,
	MASKED = 1 << 16,
};

static uint64_t local_apic_base(void)
{
	return read_msr(MSR_APIC_BASE) & 0x000ffffffffff000;
}

static bool is_x2apic(void)
{
	return read_msr(MSR_APIC_BASE) & APIC_BASE_X2APIC;
}

static uint32_t apic_read(unsigned reg)
{
	if (is_x2apic())
		return (uint32_t)read_msr(MSR_X2APIC + reg / 16);
	return *(volatile uint32_t *)(uintptr_t)(local_apic_base() + reg);
}

static void apic_write(unsigned reg, uint32_t value)
{
	if (is_x2apic())
		write_msr(MSR_X2APIC + reg / 16, value);
	else
		*(volatile uint32_t *)(uintptr_t)(local_apic_base() + reg) = value;
}

size_t arch_quiet_devices(const struct acpi *acpi, struct span *out, size_t capacity)
{
	struct table_ioapic ioapics[TABLES_MAX_IOAPICS];
	size_t count = acpi ? acpi_ioapics(acpi, ioapics, TABLES_MAX_IOAPICS) : 0, used = 0;

	/* The local APIC is first; handoff.devices[1...] are I/O APICs. */
	out[used++] = (struct span){ local_apic_base(), PAGE_BYTES };
	for (size_t i = 0; i < count && i < TABLES_MAX_IOAPICS && used < capacity; i++)
		out[used++] = (struct span){ ioapics[i].base, 0x20 };
	return used;
}

static void mask_ioapic(uint64_t base)
{
	volatile uint32_t *select = (volatile uint32_t *)(uintptr_t)(base + IOAPIC_SELECT);
	volatile uint32_t *window = (volatile uint32_t *)(uintptr_t)(base + IOAPIC_WINDOW);

	*select = IOAPIC_VERSION;
	unsigned last = *window >> 16 & 0xff;
	for (unsigned i = 0; i <= last; i++) {
		*select = IOAPIC_REDIRECTION + 2 * i;
		*window = MASKED;
	}
}

static void mask_local_apic(void)
{
	static const uint16_t lvts[] = { APIC_LVT_TIMER, APIC_LVT_LINT0, APIC_LVT_LINT1, APIC_LVT_ERROR, APIC_LVT_COUNTERS,
	                                 APIC_LVT_THERMAL, APIC_LVT_CMCI };
	unsigned last = apic_read(APIC_VERSION) >> 16 & 0xff;

	apic_write(APIC_TIMER_COUNT, 0);
	for (unsigned i = 0; i < COUNT_OF(lvts) && i <= last; i++)
		apic_write(lvts[i], apic_read(lvts[i]) | MASKED);
}

static bool any_bit(unsigned first)
{
	for (unsigned i = 0; i < 8; i++)
		if (apic_read(first + 0x10 * i))
			return true;
	return false;
}

/* What was accepted before it was masked would be delivered to the kernel: take it here. The net's interrupt handler only
 * returns, with an end-of-interrupt from this loop. */
static void drain_local_apic(void)
{
	for (unsigned i = 0; i < 512 && any_bit(APIC_ISR); i++)
		apic_write(APIC_EOI, 0);
	for (unsigned i = 0; i < 512 && any_bit(APIC_IRR); i++) {
		__asm__ volatile("sti; nop; nop; cli" : : : "memory");
		apic_write(APIC_EOI, 0);
	}
}

void arch_quiet(struct handoff *h)
{
	port_write8(PIC_1_DATA, 0xff);
	port_write8(PIC_2_DATA, 0xff);
	for (unsigned i = 1; i < h->device_count; i++)
		mask_ioapic(h->devices[i].base);
	if (!(read_msr(MSR_APIC_BASE) & APIC_BASE_ENABLE))
		return;
	mask_local_apic();
	drain_local_apic();
}
