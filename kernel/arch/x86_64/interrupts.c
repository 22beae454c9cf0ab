/* interrupts.c — docs/protocol.md, "State at entry: x86_64", interrupt controllers.
 *
 * APICs are device registers, which nothing maps unless asked. So these checks lend themselves one page: a free entry of
 * the live top-level table, tables of their own below it, and everything put back afterwards. */
#include "arch.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/state.h"
#include "memory.h"
#include "space.h"
#include "tables.h"

/* Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging" */
#define ENTRY_TABLE  0x3ull                      /* present, writable */
#define ENTRY_DEVICE (0x1bull | 1ull << 63)      /* present, writable, PWT, PCD (PAT entry 3: UC), no execute */

enum { TABLES = 4, ENTRIES = 512 };

static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(PAGE_BYTES)));

struct window {
	volatile uint64_t *top; /* the borrowed entry; NULL: none */
	volatile uint8_t *at;   /* where the page appears */
};

static paddr physical(const struct hobnail_boot *boot, const void *at)
{
	struct space s;
	struct walk w;

	space_open(boot, &s);
	walk(&s.walker, (vaddr)at, &w);
	return w.phys;
}

static struct window window_open(const struct hobnail_boot *boot, paddr page)
{
	volatile uint64_t *root = hobnail_virt(boot, boot->root);
	unsigned below = arch_levels() - 1; /* tables below the root */

	for (unsigned i = 0; i + 1 < below; i++)
		tables[i][0] = physical(boot, tables[i + 1]) | ENTRY_TABLE;
	tables[below - 1][0] = page | ENTRY_DEVICE;
	for (unsigned i = ENTRIES / 2; i < ENTRIES; i++) {
		if (root[i] & 1)
			continue;
		root[i] = physical(boot, tables[0]) | ENTRY_TABLE;
		vaddr at = arch_range(1).base + (i - ENTRIES / 2) * space_slot_bytes();
		cpu_invalidate_page((const void *)at);
		return (struct window){ &root[i], (volatile uint8_t *)at };
	}
	return (struct window){ NULL, NULL };
}

static void window_close(const struct window *w)
{
	*w->top = 0;
	cpu_invalidate_page((const void *)w->at);
}

/* ---- 8259 ---------------------------------------------------------------------------------------------- */

/* Intel 8259A data sheet, "Operation Command Words": OCW1 at the odd port is the mask. */
enum verdict check_8259(const struct hobnail_boot *boot, struct finding *f)
{
	uint8_t first = cpu_in8(0x21), second = cpu_in8(0xa1);

	(void)boot;
	if (first != 0xff || second != 0xff)
		return broken(f, "got masks %#x and %#x, want 0xff", first, second);
	return HOLDS;
}

/* ---- I/O APIC ------------------------------------------------------------------------------------------ */

static const void *map_table(void *context, paddr at, uint64_t bytes)
{
	return memory_at(context, at, bytes);
}

static uint32_t ioapic_read(const struct window *w, paddr base, uint8_t index)
{
	volatile uint8_t *at = w->at + base % PAGE_BYTES;

	*(volatile uint32_t *)at = index;
	return *(volatile uint32_t *)(at + 0x10);
}

/* Intel 82093AA data sheet, "Register Description": index 1 has the last entry in bits 23:16; entries from 0x10 on, two
 * registers each, bit 16 is the mask. */
static enum verdict check_one_ioapic(const struct hobnail_boot *boot, paddr base, unsigned *inputs, struct finding *f)
{
	struct window w = window_open(boot, align_down(base, PAGE_BYTES));
	enum verdict v = HOLDS;

	if (!w.top)
		return not_applicable(f, "the top-level table is full");
	unsigned last = ioapic_read(&w, base, 1) >> 16 & 0xff;
	for (unsigned i = 0; i <= last && v == HOLDS; i++)
		if (!(ioapic_read(&w, base, (uint8_t)(0x10 + 2 * i)) & 1u << 16))
			v = broken(f, "input %u of the one at %#lx is open", i, (unsigned long)base);
	window_close(&w);
	*inputs += last + 1;
	return v;
}

enum verdict check_ioapics(const struct hobnail_boot *boot, struct finding *f)
{
	struct table_reader reader = { map_table, (void *)(uintptr_t)boot };
	struct table_ioapic ioapics[TABLES_MAX_IOAPICS];
	struct acpi acpi;
	unsigned inputs = 0;

	if (!boot->acpi_rsdp || acpi_open(reader, boot->acpi_rsdp, &acpi, NULL) != OK)
		return not_applicable(f, "no ACPI");
	size_t count = acpi_ioapics(&acpi, ioapics, COUNT_OF(ioapics));
	if (count == 0)
		return not_applicable(f, "no I/O APIC");
	for (size_t i = 0; i < count; i++) {
		enum verdict v = check_one_ioapic(boot, ioapics[i].base, &inputs, f);
		if (v != HOLDS)
			return v;
	}
	return holds(f, "%u inputs", inputs);
}

/* ---- Local APIC ---------------------------------------------------------------------------------------- */

/* Intel SDM vol. 3A, "Local APIC Status and Location" (§11.4.3), "Local Vector Table" (§11.5.1) */
enum { APIC_ENABLED = 1u << 11, APIC_X2 = 1u << 10, APIC_VERSION = 0x30, LVT_MASKED = 1u << 16 };

struct lvt {
	uint16_t offset;
	uint8_t needs; /* "max LVT entry" of the version register from which it exists */
	const char *name;
};

static uint32_t apic_read(const struct window *w, uint16_t offset)
{
	return w->top ? *(volatile uint32_t *)(w->at + offset) : (uint32_t)cpu_msr(MSR_X2APIC + offset / 16);
}

static enum verdict check_lvt(const struct window *w, struct finding *f)
{
	static const struct lvt lvt[] = {
		{ 0x320, 0, "timer" },       { 0x350, 0, "LINT0" },   { 0x360, 0, "LINT1" }, { 0x370, 3, "error" },
		{ 0x340, 4, "performance" }, { 0x330, 5, "thermal" }, { 0x2f0, 6, "CMCI" },
	};
	unsigned last = apic_read(w, APIC_VERSION) >> 16 & 0xff;

	for (size_t i = 0; i < COUNT_OF(lvt); i++) {
		uint32_t value = last >= lvt[i].needs ? apic_read(w, lvt[i].offset) : LVT_MASKED;
		if (!(value & LVT_MASKED))
			return broken(f, "%s = %#x", lvt[i].name, value);
	}
	return holds(f, "%u sources", last + 1);
}

enum verdict check_local_apic(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t base = cpu_msr(MSR_APIC_BASE);
	struct window w = { NULL, NULL };

	if (!(base & APIC_ENABLED))
		return not_applicable(f, "switched off");
	if (base & APIC_X2)
		return check_lvt(&w, f);
	w = window_open(boot, align_down(base & ((1ull << 52) - 1), PAGE_BYTES));
	if (!w.top)
		return not_applicable(f, "the top-level table is full");
	enum verdict v = check_lvt(&w, f);
	window_close(&w);
	return v;
}
