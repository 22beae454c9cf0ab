/* apic.c — local APICs, I/O APICs and PICs. Intel SDM vol. 3A, "Local APIC", "Extended XAPIC (x2APIC)"; ACPI 6.5,
 * "Multiple APIC Description Table (MADT)"; Intel 82093AA data sheet, "IOREDTBL". */
#include "apic.h"
#include "acpi.h"
#include "cpu.h"
#include "processors.h"

enum { APIC_ID = 0x20, APIC_VERSION = 0x30, APIC_PRIORITY = 0x80, APIC_SPURIOUS = 0xf0 };
#define APIC_BASE_X2APIC  BIT(10)
#define APIC_BASE_ENABLED BIT(11)

static const struct lvt {
	const char *name;
	uint16_t offset;
	uint8_t least; /* there if the version register's highest entry is at least this */
} lvts[LVTS] = {
	[LVT_CMCI] = { "CMCI", 0x2f0, 6 },    [LVT_TIMER] = { "timer", 0x320, 0 },
	[LVT_THERMAL] = { "thermal", 0x330, 5 }, [LVT_PERFORMANCE] = { "performance", 0x340, 4 },
	[LVT_LINT0] = { "LINT0", 0x350, 0 },  [LVT_LINT1] = { "LINT1", 0x360, 0 },
	[LVT_ERROR] = { "error", 0x370, 0 },
};

#define LVT_MASKED BIT(16)
enum { MODE_FIXED = 0, MODE_LOWEST = 1, MODE_NMI = 4, MODE_EXTINT = 7 };
enum { MADT_IO_APIC = 1, MADT_NMI = 4, MADT_X2_NMI = 10 };

static unsigned mode_of(uint64_t entry)
{
	return entry >> 8 & 7;
}

bool apic_is_x2apic(const struct state *s)
{
	return s->apic_base & APIC_BASE_X2APIC;
}

/* All processors have their APIC's page at the same address; the window keeps it. */
static volatile uint32_t *registers;

static uint32_t apic_register(const struct state *s, uint32_t offset)
{
	if (apic_is_x2apic(s))
		return (uint32_t)msr_read(MSR_X2APIC + offset / 16);
	return registers[offset / 4];
}

void apic_read(struct state *s)
{
	struct apic_state *a = &s->apic;

	if (!(s->apic_base & APIC_BASE_ENABLED))
		return;
	if (!apic_is_x2apic(s) && s == &boot_state)
		registers = window_at(WINDOW_APIC, s->apic_base & 0x000ffffffffff000, true);
	a->id = apic_register(s, APIC_ID);
	a->version = apic_register(s, APIC_VERSION);
	a->priority = apic_register(s, APIC_PRIORITY);
	a->spurious = apic_register(s, APIC_SPURIOUS);
	for (unsigned i = 0; i < LVTS; i++)
		if ((a->version >> 16 & 0xff) >= lvts[i].least)
			a->lvt[i] = apic_register(s, lvts[i].offset);
		else
			a->lvt[i] = LVT_MASKED;
}

uint64_t apic_id(const struct state *s)
{
	return apic_is_x2apic(s) ? s->apic.id : s->apic.id >> 24;
}

/* ---- Promises of each processor --------------------------------------------------------------------------------- */

enum verdict apic_check_enabled(const struct state *s)
{
	if (s->apic_base == 0)
		return NOT_APPLICABLE;
	if (!(s->apic_base & APIC_BASE_ENABLED))
		return broken("IA32_APIC_BASE is 0x%lx", s->apic_base);
	if (s->apic.spurious != 0x1ff)
		return expect("spurious interrupt vector register", s->apic.spurious, 0x1ff);
	return expect("task priority", s->apic.priority, 0);
}

static bool must_be_masked(unsigned mode, bool all)
{
	return mode == MODE_FIXED || mode == MODE_LOWEST || (all && (mode == MODE_NMI || mode == MODE_EXTINT));
}

enum verdict apic_check_lvts(const struct state *s)
{
	if (!(s->apic_base & APIC_BASE_ENABLED))
		return NOT_APPLICABLE;
	for (unsigned i = 0; i < LVTS; i++)
		if (must_be_masked(mode_of(s->apic.lvt[i]), true) && !(s->apic.lvt[i] & LVT_MASKED))
			return broken("LVT %s is 0x%x", lvts[i].name, s->apic.lvt[i]);
	return HOLDS;
}

/* Flags as MPS has them: polarity in bits 0 and 1, 1 high, 3 low, trigger mode in 2 and 3, 1 edge, 3 level; 0: as the
 * bus has it. */
static enum verdict nmi_line(const struct state *s, unsigned flags, unsigned line)
{
	uint32_t entry = s->apic.lvt[line & 1 ? LVT_LINT1 : LVT_LINT0];
	unsigned mode = mode_of(entry), polarity = flags & 3, trigger = flags >> 2 & 3;

	if (!must_be_masked(mode, true))
		return HOLDS;
	if (mode != MODE_NMI || !(entry & LVT_MASKED))
		return broken("LINT%u is an NMI's, and is 0x%x", line & 1, entry);
	if (((polarity & 1) && !!(entry & BIT(13)) != (polarity == 3)) ||
	    ((trigger & 1) && !!(entry & BIT(15)) != (trigger == 3)))
		return broken("LINT%u is 0x%x, and its flags are 0x%x", line & 1, entry, flags);
	return HOLDS;
}

enum verdict apic_check_nmi(const struct state *s)
{
	struct acpi_walk w;
	bool any = false;

	if (!(s->apic_base & APIC_BASE_ENABLED))
		return NOT_APPLICABLE;
	for (acpi_madt(&w); acpi_next(&w);) {
		uint32_t uid = w.entry[0] == MADT_NMI ? w.entry[2] : acpi_u32(w.entry + 4);
		bool all = w.entry[0] == MADT_NMI ? uid == 0xff : uid == UINT32_MAX;
		unsigned flags = acpi_u16(w.entry + (w.entry[0] == MADT_NMI ? 3 : 2));
		unsigned line = w.entry[w.entry[0] == MADT_NMI ? 5 : 8];

		if ((w.entry[0] != MADT_NMI && w.entry[0] != MADT_X2_NMI) || (!all && uid != processor_uid(apic_id(s))))
			continue;
		any = true;
		if (nmi_line(s, flags, line) == BROKEN)
			return BROKEN;
	}
	return any ? HOLDS : NOT_APPLICABLE;
}

enum verdict apic_check_mode(const struct state *s)
{
	bool asked = request_made(REQUEST_MP) && (requests[REQUEST_MP].own[OWN_MP_FLAGS].number & MP_X2APIC);
	bool can = cpuid(1).c & BIT(21); /* CPUID.01H:ECX.x2APIC */

	if (s->apic_base == 0)
		return NOT_APPLICABLE;
	return expect("x2APIC mode", apic_is_x2apic(s), asked && can);
}

/* ---- Promises of the machine ------------------------------------------------------------------------------------ */

static enum verdict check_pics(void)
{
	enum { PIC_FIRST = 0x21, PIC_SECOND = 0xa1 };
	unsigned masks = port_read(PIC_FIRST) | port_read(PIC_SECOND) << 8;

	return expect("the PICs' masks", masks, 0xffff);
}

static enum verdict io_apic(uint32_t phys)
{
	enum { INDEX = 0, DATA = 4, VERSION = 1, TABLE = 0x10 }; /* DATA: 0x10 bytes on, in words */
	volatile uint32_t *at = window_at(WINDOW_DEVICE, phys, true);

	if (!at)
		return broken("no window");
	at[INDEX] = VERSION;
	unsigned last = at[DATA] >> 16 & 0xff;
	for (unsigned i = 0; i <= last; i++) {
		at[INDEX] = TABLE + 2 * i;
		uint32_t entry = at[DATA];
		if (must_be_masked(mode_of(entry), revision >= 5) && !(entry & LVT_MASKED))
			return broken("entry %u of the I/O APIC at 0x%x is 0x%x", i, phys, entry);
	}
	return HOLDS;
}

static enum verdict check_io_apics(void)
{
	struct acpi_walk w;
	bool any = false;

	for (acpi_madt(&w); acpi_next(&w);) {
		if (w.entry[0] != MADT_IO_APIC)
			continue;
		any = true;
		if (io_apic(acpi_u32(w.entry + 4)) == BROKEN)
			return BROKEN;
	}
	return any ? HOLDS : NOT_APPLICABLE;
}

/* A line that always reads as zero makes the page 1 MiB away the same as this one. */
static volatile uint8_t page[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));

static enum verdict check_a20(void)
{
	uint64_t phys;
	uint8_t first = 0, second = 0;

	if (!space_phys((uint64_t)page, &phys))
		return NOT_APPLICABLE;
	page[0] = 0x5a;
	bool good = phys_copy(&first, phys ^ BIT(20), 1);
	page[0] = 0xa5;
	good = good && phys_copy(&second, phys ^ BIT(20), 1);
	page[0] = 0;
	return !good || first != 0x5a || second != 0xa5 ? HOLDS : broken("address line 20 is always zero");
}

/* Intel VT-d, "Global Status Register"; AMD I/O Virtualization Technology, "IOMMU Control Register". */
static enum verdict vt_d(const uint8_t *unit, bool kept)
{
	enum { DRHD = 0, STATUS = 0x1c / 4 };
	const uint32_t on = BIT(31) | BIT(25);

	if (acpi_u16(unit) != DRHD)
		return NOT_APPLICABLE;
	const volatile uint32_t *at = window_at(WINDOW_DEVICE, acpi_u64(unit + 8), true);
	uint32_t status = at ? at[STATUS] : 0;
	if ((status & on) != (kept ? on : 0))
		return broken("the VT-d unit at 0x%lx has status 0x%x", acpi_u64(unit + 8), status);
	return HOLDS;
}

static enum verdict amd_vi(const uint8_t *unit, bool kept)
{
	enum { CONTROL = 0x18 / 4 };

	if (unit[0] != 0x10 && unit[0] != 0x11 && unit[0] != 0x40)
		return NOT_APPLICABLE;
	const volatile uint32_t *at = window_at(WINDOW_DEVICE, acpi_u64(unit + 8) + 4 * CONTROL, true);
	uint32_t control = at ? at[0] : 0;
	if ((control & 1) != kept)
		return broken("the AMD-Vi unit at 0x%lx has control 0x%x", acpi_u64(unit + 8), control);
	return HOLDS;
}

static enum verdict check_units(const char *signature, enum verdict (*check)(const uint8_t *unit, bool kept), bool kept)
{
	enum { HEADER = 48, LEAST = 16 };
	const struct acpi_table *t = acpi_find(signature);
	enum verdict all = NOT_APPLICABLE;

	for (uint32_t at = HEADER; at + LEAST <= t->count && acpi_u16(t->bytes + at + 2) >= 4;
	     at += acpi_u16(t->bytes + at + 2)) {
		enum verdict one = check(t->bytes + at, kept);
		if (one == BROKEN)
			return BROKEN;
		all = one == HOLDS ? HOLDS : all;
	}
	return all;
}

/* All units: off, or kept on. */
static enum verdict check_all_units(bool kept)
{
	enum verdict intel = check_units("DMAR", vt_d, kept);
	enum verdict amd = intel == BROKEN ? intel : check_units("IVRS", amd_vi, kept);

	return intel == HOLDS && amd == NOT_APPLICABLE ? HOLDS : amd;
}

static enum verdict check_iommus(void)
{
	enum verdict all = request_made(REQUEST_KEEP_IOMMU) ? NOT_APPLICABLE : check_all_units(false);

	return all == NOT_APPLICABLE && told("iommus") ? broken("tables name no IOMMU") : all;
}

/* How the firmware left them only the command line knows. */
static enum verdict check_kept(void)
{
	if (!request_made(REQUEST_KEEP_IOMMU))
		return NOT_APPLICABLE;
	if (!requests[REQUEST_KEEP_IOMMU].response)
		return broken("the request has no answer");
	if (!told("iommus-on"))
		return HOLDS;
	enum verdict all = check_all_units(true);
	return all == NOT_APPLICABLE ? broken("tables name no IOMMU") : all;
}

static const struct promise promises[] = {
	{ 61, "the PICs mask all interrupts", 0, NEWEST, check_pics },
	{ 62, "I/O APICs mask what they must", 0, NEWEST, check_io_apics },
	{ 63, "address line 20 works", 0, NEWEST, check_a20 },
	{ 64, "IOMMUs are off", 0, NEWEST, check_iommus },
	{ 65, "the request to keep IOMMUs is answered", 0, NEWEST, check_kept },
};

const struct chapter machine_chapter = { promises, COUNT_OF(promises) };
