/* interrupts.c — docs/protocol.md, "State at entry: x86_64", interrupt controllers.
 *
 * The loader does not map APIC registers unless asked. So these checks map one page for themselves, by a free entry of
 * the live top-level table and tables of their own below it, and unmap it afterwards. */
#include "apic.h"
#include "contract/entry.h"
#include "arch/x86_64/state.h"
#include "memory.h"
#include "contract/live.h"
#include "tables.h"

/* Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging" */
#define ENTRY_TABLE  0x3ull                      /* present, writable */
#define ENTRY_DEVICE (0x1bull | 1ull << 63)      /* present, writable, PWT, PCD (PAT entry 3: UC), no execute */

enum { TABLES = 4, ENTRIES = 512 };

static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(PAGE_BYTES)));

struct window {
	volatile uint64_t *top; /* the borrowed entry; NULL: none */
	uintptr_t at;           /* the page's virtual address */
};

static paddr physical(const struct hobnail_boot *boot, const void *at)
{
	struct live s;
	struct walk w;

	live_open(boot, &s);
	walk(&s.walker, (vaddr)at, &w);
	return w.phys;
}

static struct window window_open(const struct hobnail_boot *boot, paddr page)
{
	volatile uint64_t *root = hobnail_virt(boot, entered.root);
	unsigned below = arch_levels() - 1; /* tables below the root */

	for (unsigned i = 0; i + 1 < below; i++)
		tables[i][0] = physical(boot, tables[i + 1]) | ENTRY_TABLE;
	tables[below - 1][0] = page | ENTRY_DEVICE;
	for (unsigned i = ENTRIES / 2; i < ENTRIES; i++) {
		if (root[i] & 1)
			continue;
		root[i] = physical(boot, tables[0]) | ENTRY_TABLE;
		vaddr at = arch_range(1).base + (i - ENTRIES / 2) * live_slot_bytes();
		cpu_invalidate_page((const void *)at);
		return (struct window){ &root[i], at };
	}
	return (struct window){ NULL, 0 };
}

static void window_close(const struct window *w)
{
	*w->top = 0;
	cpu_invalidate_page((const void *)w->at);
}

/* ---- 8259 ---------------------------------------------------------------------------------------------- */

enum verdict check_8259(const struct hobnail_boot *boot, struct finding *f)
{
	uint8_t first = cpu_in8(PIC_1_MASK), second = cpu_in8(PIC_2_MASK);

	(void)boot;
	if (first != 0xff || second != 0xff)
		return broken(f, "got masks %#x and %#x, want 0xff", first, second);
	return HOLDS;
}

/* ---- I/O APIC ------------------------------------------------------------------------------------------ */

static enum verdict check_one_ioapic(const struct hobnail_boot *boot, paddr base, unsigned *inputs, struct finding *f)
{
	struct window w = window_open(boot, align_down(base, PAGE_BYTES));
	enum verdict v = HOLDS;

	if (!w.top)
		return not_applicable(f, "the top-level table is full");
	uintptr_t at = w.at + base % PAGE_BYTES;
	unsigned last = ioapic_last_input(at);
	for (unsigned i = 0; i <= last && v == HOLDS; i++) {
		uint32_t entry = ioapic_read(at, IOAPIC_REDIRECTION + 2 * i);
		if (!(entry & APIC_MASKED) && IOAPIC_DELIVERY(entry) != IOAPIC_DELIVERY_SMI)
			v = broken(f, "input %u of the one at %#lx is open", i, (unsigned long)base);
	}
	window_close(&w);
	*inputs += last + 1;
	return v;
}

enum verdict check_ioapics(const struct hobnail_boot *boot, struct finding *f)
{
	struct table_ioapic ioapics[TABLES_MAX_IOAPICS];
	struct acpi acpi;
	unsigned inputs = 0;

	if (!memory_acpi(boot, &acpi))
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

/* `page` is the argument of apic.h's functions: 0 means x2APIC mode. */
static enum verdict check_lvt(uintptr_t page, struct finding *f)
{
#define X(offset, name) { offset, name },
	static const struct { uint16_t offset; const char *name; } lvt[] = { APIC_LVT(X) };
#undef X
	unsigned last = apic_last_lvt(page);

	for (unsigned i = 0; i < COUNT_OF(lvt) && i <= last; i++) {
		uint32_t value = apic_read(page, lvt[i].offset);
		bool of_8259s = lvt[i].offset == APIC_LINT0 && APIC_IS_EXTINT(value);
		if (!(value & APIC_MASKED) && !of_8259s)
			return broken(f, "%s = %#x", lvt[i].name, value);
	}
	for (unsigned i = 0; i < apic_extended_lvts(page); i++)
		if (!(apic_read(page, APIC_EXTENDED_LVT + 0x10 * i) & APIC_MASKED))
			return broken(f, "extended entry %u is open", i);
	return holds(f, "%u sources", last + 1);
}

enum verdict check_local_apic(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t base = cpu_read_msr(MSR_APIC_BASE);

	if (!(base & APIC_BASE_ENABLE))
		return not_applicable(f, "switched off");
	if (base & APIC_BASE_X2APIC)
		return check_lvt(0, f);
	struct window w = window_open(boot, base & APIC_BASE_ADDRESS);
	if (!w.top)
		return not_applicable(f, "the top-level table is full");
	enum verdict v = check_lvt(w.at, f);
	window_close(&w);
	return v;
}
