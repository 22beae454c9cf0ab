/* acpi.c — the few facts a loader needs from ACPI tables.
 *
 * Tables are read by offset, never through a struct: firmware aligns nothing. Offsets are those of ACPI 6.5 unless a
 * comment names another document. */
#include "tables.h"

#include <string.h>

enum { HEADER_BYTES = 36 };          /* "System Description Table Header": signature 0, length 4 */
enum { MAX_TABLE_BYTES = 16 << 20 }; /* a larger length is broken */
enum { MAX_TABLES = 1024 };          /* in a root table; servers have a few hundred */
enum { MAX_DAMAGED = 4 };            /* tables of one signature with a wrong sum: then the search ends */

/* The table at `at` if it is whole and has this signature, else NULL. *damaged counts tables of which only the sum is
 * wrong. */
static const uint8_t *table_at(const struct table_reader *r, paddr at, const char *signature, uint32_t *bytes,
                               unsigned *damaged)
{
	const uint8_t *header = r->map(r->context, at, HEADER_BYTES);

	if (!header || memcmp(header, signature, 4) != 0)
		return NULL;
	uint32_t length = read_le32(header + 4);
	if (length < HEADER_BYTES || length > MAX_TABLE_BYTES)
		return NULL;
	const uint8_t *table = r->map(r->context, at, length);
	bool good = table && sums_to_zero(table, length);
	*damaged += table && !good;
	if (!good)
		return NULL;
	*bytes = length;
	return table;
}

enum { OLD_RSDP_BYTES = 20, RSDP_BYTES = 36 };

/* "Root System Description Pointer (RSDP)": revision 15, RSDT 16; from revision 2 on length 20, XSDT 24. *bytes: its
 * length; OLD_RSDP_BYTES if it has no length field. */
static const uint8_t *checked_rsdp(const struct table_reader *r, paddr at, uint32_t *bytes)
{
	const uint8_t *rsdp = r->map(r->context, at, OLD_RSDP_BYTES);

	if (!rsdp || memcmp(rsdp, "RSD PTR ", 8) != 0 || !sums_to_zero(rsdp, OLD_RSDP_BYTES))
		return NULL;
	*bytes = OLD_RSDP_BYTES;
	if (rsdp[15] < 2)
		return rsdp;
	rsdp = r->map(r->context, at, RSDP_BYTES);
	if (!rsdp)
		return NULL;
	*bytes = read_le32(rsdp + 20);
	if (*bytes < RSDP_BYTES || *bytes > PAGE_BYTES)
		return NULL;
	rsdp = r->map(r->context, at, *bytes);
	return rsdp && sums_to_zero(rsdp, *bytes) ? rsdp : NULL;
}

enum err acpi_open(struct table_reader reader, paddr rsdp, struct acpi *out, struct problem *p)
{
	unsigned damaged = 0;
	uint32_t bytes, rsdp_bytes;
	const uint8_t *pointer = checked_rsdp(&reader, rsdp, &rsdp_bytes);

	if (!pointer)
		return problem(p, ERR_ACPI_RSDP, rsdp);
	paddr xsdt = rsdp_bytes >= RSDP_BYTES ? read_le64(pointer + 24) : 0;
	paddr root = xsdt ? xsdt : read_le32(pointer + 16);
	if (!table_at(&reader, root, xsdt ? "XSDT" : "RSDT", &bytes, &damaged))
		return problem(p, ERR_ACPI_ROOT, root);
	unsigned pointer_bytes = xsdt ? 8 : 4;
	unsigned count = (bytes - HEADER_BYTES) / pointer_bytes;
	if (count > MAX_TABLES)
		return problem(p, ERR_ACPI_TABLES, root, count, MAX_TABLES);
	*out = (struct acpi){ reader, rsdp, rsdp_bytes, root, pointer_bytes, count };
	return OK;
}

/* The root table's pointers; NULL if they cannot be read. */
static const uint8_t *entries_of(const struct acpi *a)
{
	return a->reader.map(a->reader.context, a->root + HEADER_BYTES, (uint64_t)a->count * a->pointer_bytes);
}

static paddr entry_at(const struct acpi *a, const uint8_t *entries, unsigned i)
{
	const uint8_t *entry = entries + (size_t)i * a->pointer_bytes;

	return a->pointer_bytes == 8 ? read_le64(entry) : read_le32(entry);
}

const void *acpi_table(const struct acpi *a, const char *signature, uint32_t *bytes)
{
	const uint8_t *entries = entries_of(a);
	unsigned damaged = 0;

	for (unsigned i = 0; entries && i < a->count && damaged < MAX_DAMAGED; i++) {
		paddr at = entry_at(a, entries, i);
		const void *table = at ? table_at(&a->reader, at, signature, bytes, &damaged) : NULL;
		if (table)
			return table;
	}
	return NULL;
}

/* A table with at least `minimum` bytes. */
static const uint8_t *table_of(const struct acpi *a, const char *signature, uint32_t minimum, uint32_t *bytes)
{
	const uint8_t *table = acpi_table(a, signature, bytes);

	return table && *bytes >= minimum ? table : NULL;
}

/* ---- The debug console --------------------------------------------------------------------------------- */

/* "Microsoft Debug Port Table 2 (DBG2)", serial subtypes; SPCR uses the same numbers from its revision 2 on. */
enum {
	PORT_16550 = 0x00,
	PORT_16450 = 0x01,
	PORT_PL011 = 0x03,
	PORT_SBSA_32_BIT = 0x0d,
	PORT_SBSA = 0x0e,
	PORT_BCM2835 = 0x10,
	PORT_16550_GAS = 0x12,
};

/* ACPI "Generic Address Structure (GAS)": space 0, bit width 1, access size 3, address 4; 12 bytes. */
enum { GAS_BYTES = 12, GAS_MEMORY = 0, GAS_PORT = 1 };

/* Access size is 1 to 4 for 1 to 8 bytes; with 0 the register's bit width decides. Access size comes first: QEMU's
 * riscv64 and loongarch64 machines say "32 bits wide, byte access" of registers 1 byte apart. */
static unsigned gas_register_bytes(const uint8_t *gas)
{
	unsigned bytes = gas[3] ? 1u << ((gas[3] - 1) & 7) : gas[1] / 8u;

	return bytes == 2 || bytes == 4 ? bytes : 1;
}

static void fill_16550(const uint8_t *gas, struct hobnail_console *c)
{
	bool port = gas[0] == GAS_PORT;

	c->kind = port ? HOBNAIL_CONSOLE_16550_PORT : HOBNAIL_CONSOLE_16550_MMIO;
	c->access_bytes = port ? 1 : gas_register_bytes(gas);
	c->register_shift = c->access_bytes == 4 ? 2 : c->access_bytes == 2 ? 1 : 0;
}

/* An SBSA UART always takes 32-bit accesses, and 16-bit ones unless it is of the 32-bit kind. */
static void fill_pl011(unsigned type, const uint8_t *gas, struct hobnail_console *c)
{
	c->kind = HOBNAIL_CONSOLE_PL011;
	c->access_bytes = type != PORT_SBSA_32_BIT && gas_register_bytes(gas) == 2 ? 2 : 4;
}

/* The address may be that of the whole auxiliary block, as in the Raspberry Pi's firmware: the UART's own registers
 * begin 0x40 into it (BCM2835 ARM Peripherals, "Auxiliary peripherals Register Map"). */
static void fill_bcm2835(struct hobnail_console *c)
{
	c->kind = HOBNAIL_CONSOLE_BCM2835;
	c->access_bytes = 4;
	c->register_shift = 2;
	if ((c->phys & 0xff) == 0)
		c->phys += 0x40;
}

static bool console_from(unsigned type, const uint8_t *gas, uint32_t source, struct hobnail_console *out)
{
	struct hobnail_console c = { .phys = read_le64(gas + 4), .source = source };
	bool is_16550 = type == PORT_16550 || type == PORT_16450 || type == PORT_16550_GAS;

	if (!c.phys || !(gas[0] == GAS_MEMORY || (gas[0] == GAS_PORT && is_16550 && c.phys <= 0xffff - 7)))
		return false;
	if (is_16550)
		fill_16550(gas, &c);
	else if (type == PORT_PL011 || type == PORT_SBSA || type == PORT_SBSA_32_BIT)
		fill_pl011(type, gas, &c);
	else if (type == PORT_BCM2835)
		fill_bcm2835(&c);
	else
		return false;
	*out = c;
	return true;
}

/* "Serial Port Console Redirection Table (SPCR)", Microsoft: interface type 36, base address 40. */
static bool console_from_spcr(const struct acpi *a, struct hobnail_console *out)
{
	uint32_t bytes;
	const uint8_t *t = table_of(a, "SPCR", 40 + GAS_BYTES, &bytes);

	return t && console_from(t[36], t + 40, HOBNAIL_CONSOLE_BY_SPCR, out);
}

/* "Debug Device Information structure": length 1, registers 3, port type 12, subtype 14, offset of the addresses
 * 18. */
static bool console_from_device(const uint8_t *device, uint32_t bytes, struct hobnail_console *out)
{
	enum { SERIAL = 0x8000 };
	uint32_t gas = read_le16(device + 18);

	if (device[3] == 0 || read_le16(device + 12) != SERIAL || !range_within(gas, GAS_BYTES, bytes))
		return false;
	return console_from(read_le16(device + 14), device + gas, HOBNAIL_CONSOLE_BY_DBG2, out);
}

/* "Microsoft Debug Port Table 2 (DBG2)": offset of the first device 36, their number 40. */
static bool console_from_dbg2(const struct acpi *a, struct hobnail_console *out)
{
	enum { DEVICE_BYTES = 22 };
	uint32_t bytes;
	const uint8_t *t = table_of(a, "DBG2", 44, &bytes);
	uint32_t at = t ? read_le32(t + 36) : 0;

	for (uint32_t left = t ? read_le32(t + 40) : 0; left; left--) {
		if (!range_within(at, DEVICE_BYTES, bytes))
			return false;
		uint32_t length = read_le16(t + at + 1);
		if (length < DEVICE_BYTES || !range_within(at, length, bytes))
			return false;
		if (console_from_device(t + at, length, out))
			return true;
		at += length;
	}
	return false;
}

bool acpi_console(const struct acpi *a, struct hobnail_console *out)
{
	return console_from_spcr(a, out) || console_from_dbg2(a, out);
}

/* ---- MADT ---------------------------------------------------------------------------------------------- */

/* "Multiple APIC Description Table (MADT)": local APIC address 36; structures {type, length, ...} from 44 on. */
enum {
	MADT_ENTRIES = 44,
	MADT_LOCAL_APIC = 0,
	MADT_IO_APIC = 1,
	MADT_LOCAL_APIC_NMI = 4,
	MADT_LOCAL_APIC_ADDRESS = 5,
	MADT_X2APIC = 9,
	MADT_X2APIC_NMI = 10,
	MADT_GICC = 11,
	MADT_GICD = 12,
	MADT_GICR = 14,
};

struct madt {
	const uint8_t *table;
	uint32_t bytes;
	uint32_t next;
};

static bool madt_open(const struct acpi *a, struct madt *m)
{
	m->table = table_of(a, "APIC", MADT_ENTRIES, &m->bytes);
	m->next = MADT_ENTRIES;
	return m->table != NULL;
}

/* The next structure that lies wholly in the table; NULL: no more, or the rest is malformed. */
static const uint8_t *madt_next(struct madt *m)
{
	const uint8_t *entry = m->table + m->next;

	if (!range_within(m->next, 2, m->bytes) || entry[1] < 2 || !range_within(m->next, entry[1], m->bytes))
		return NULL;
	m->next += entry[1];
	return entry;
}

static const uint8_t *madt_next_of(struct madt *m, unsigned type, unsigned minimum)
{
	const uint8_t *entry;

	while ((entry = madt_next(m)))
		if (entry[0] == type && entry[1] >= minimum)
			return entry;
	return NULL;
}

/* One processor structure. False: it is no processor, or one that can never be used. */
static bool madt_cpu(const uint8_t *e, struct table_cpu *out)
{
	uint32_t flags, online_capable = 1u << 1;
	struct table_cpu cpu = { 0 };

	if (e[0] == MADT_LOCAL_APIC && e[1] >= 8 && e[3] != 0xff) {
		cpu.firmware_id = e[2];
		cpu.hardware_id = e[3];
		flags = read_le32(e + 4);
	} else if (e[0] == MADT_X2APIC && e[1] >= 16 && read_le32(e + 4) != UINT32_MAX) {
		cpu.hardware_id = read_le32(e + 4);
		flags = read_le32(e + 8);
		cpu.firmware_id = read_le32(e + 12);
	} else if (e[0] == MADT_GICC && e[1] >= 76) {
		cpu.firmware_id = read_le32(e + 8);
		flags = read_le32(e + 12);
		cpu.hardware_id = read_le64(e + 68);
		online_capable = 1u << 3;
	} else {
		return false;
	}
	cpu.enabled = flags & 1;
	*out = cpu;
	return flags & (1 | online_capable);
}

/* Some firmware lists a processor both as local APIC and as x2APIC: the first counts. */
size_t acpi_cpus(const struct acpi *a, struct table_cpu *out, size_t capacity)
{
	struct madt m;
	const uint8_t *entry;
	struct table_cpu cpu;
	size_t count = 0;

	if (!madt_open(a, &m))
		return 0;
	while ((entry = madt_next(&m))) {
		if (!madt_cpu(entry, &cpu) || table_cpu_is_listed(out, min_u64(count, capacity), cpu.hardware_id))
			continue;
		if (count < capacity)
			out[count] = cpu;
		count++;
	}
	return count;
}

/* "MPS INTI Flags": polarity in bits 1:0, trigger mode in 3:2. Without a word an NMI is high and an edge. */
static uint16_t nmi_pin(unsigned pin, unsigned flags)
{
	enum { POLARITY = 3, LOW = 3, TRIGGER = 12, LEVEL = 12 };
	unsigned how = TABLE_NMI | ((flags & POLARITY) == LOW ? TABLE_NMI_LOW : 0) |
	               ((flags & TRIGGER) == LEVEL ? TABLE_NMI_LEVEL : 0);

	return pin < TABLE_NMI_PINS ? (uint16_t)(how << 8 * pin) : 0;
}

/* "Local APIC NMI Structure": processor's UID 2 (0xff: all), flags 3, pin 5. "Local x2APIC NMI Structure": flags 2,
 * UID 4 (all ones: all), pin 8. */
void acpi_nmis(const struct acpi *a, struct table_cpu *cpus, size_t count)
{
	struct madt m;
	const uint8_t *e;

	for (size_t i = 0; i < count; i++)
		cpus[i].nmi_pins = 0;
	if (!madt_open(a, &m))
		return;
	while ((e = madt_next(&m))) {
		bool wide = e[0] == MADT_X2APIC_NMI && e[1] >= 12;
		if (!wide && !(e[0] == MADT_LOCAL_APIC_NMI && e[1] >= 6))
			continue;
		uint32_t uid = wide ? read_le32(e + 4) : e[2], all = wide ? UINT32_MAX : 0xff;
		uint16_t pins = wide ? nmi_pin(e[8], read_le16(e + 2)) : nmi_pin(e[5], read_le16(e + 3));
		for (size_t i = 0; i < count; i++)
			if (uid == all || uid == cpus[i].firmware_id)
				cpus[i].nmi_pins |= pins;
	}
}

size_t acpi_ioapics(const struct acpi *a, struct table_ioapic *out, size_t capacity)
{
	struct madt m;
	const uint8_t *entry;
	size_t count = 0;

	if (!madt_open(a, &m))
		return 0;
	while (count < capacity && (entry = madt_next_of(&m, MADT_IO_APIC, 12)))
		out[count++].base = read_le32(entry + 4);
	return count;
}

paddr acpi_local_apic(const struct acpi *a)
{
	struct madt m;

	if (!madt_open(a, &m))
		return 0;
	const uint8_t *override = madt_next_of(&m, MADT_LOCAL_APIC_ADDRESS, 12);
	return override ? read_le64(override + 4) : read_le32(m.table + 36);
}

/* "GIC Redistributor (GICR) Structure": base 4, length 12. Without one, "GIC CPU Interface (GICC) Structure": base
 * of the CPU interface 32, of the redistributor 60. */
static void read_redistributors(const struct acpi *a, struct table_gic *gic)
{
	struct madt m;
	const uint8_t *entry;

	for (madt_open(a, &m); (entry = madt_next_of(&m, MADT_GICR, 16));)
		table_gic_add(gic, read_le64(entry + 4), read_le32(entry + 12));
	if (gic->redistributor_count)
		return;
	for (madt_open(a, &m); (entry = madt_next_of(&m, MADT_GICC, 68));)
		table_gic_add(gic, read_le64(entry + 60), GIC_REDISTRIBUTOR_BYTES);
}

static paddr read_cpu_interface(const struct acpi *a)
{
	struct madt m;

	madt_open(a, &m);
	const uint8_t *entry = madt_next_of(&m, MADT_GICC, 40);
	return entry ? read_le64(entry + 32) : 0;
}

/* "GIC Distributor (GICD) Structure": base 8, version 20. With version 0 the redistributors decide. */
bool acpi_gic(const struct acpi *a, struct table_gic *out)
{
	struct madt m;

	if (!madt_open(a, &m))
		return false;
	const uint8_t *entry = madt_next_of(&m, MADT_GICD, 24);
	if (!entry)
		return false;
	struct table_gic gic = { .version = entry[20], .distributor = read_le64(entry + 8),
	                         .cpu_interface = read_cpu_interface(a) };
	read_redistributors(a, &gic);
	if (gic.version == 0)
		gic.version = gic.redistributor_count ? 3 : 2;
	else if (gic.version == 4)
		gic.version = 3;
	if (!table_gic_is_whole(&gic))
		return false;
	*out = gic;
	return true;
}

/* ---- FADT ---------------------------------------------------------------------------------------------- */

/* "Fixed ACPI Description Table (FADT)", "ARM Architecture Boot Flags": offset 129; bit 0 PSCI compliant, bit 1
 * HVC. */
uint32_t acpi_psci(const struct acpi *a)
{
	uint32_t bytes;
	const uint8_t *t = table_of(a, "FACP", 131, &bytes);
	unsigned flags = t ? read_le16(t + 129) : 0;

	if (!(flags & 1))
		return HOBNAIL_PSCI_NONE;
	return flags & 2 ? HOBNAIL_PSCI_HVC : HOBNAIL_PSCI_SMC;
}

/* ..., "PM_TMR_BLK" 76, "PM_TMR_LEN" 91, "X_PM_TMR_BLK" 208. The last one counts if it is there. */
uint16_t acpi_pm_timer(const struct acpi *a)
{
	uint32_t bytes;
	const uint8_t *t = table_of(a, "FACP", 92, &bytes);
	uint64_t port = t && t[91] == 4 ? read_le32(t + 76) : 0;

	if (port && bytes >= 208 + GAS_BYTES && read_le64(t + 212))
		port = t[208] == GAS_PORT ? read_le64(t + 212) : 0;
	return port <= 0xffff - 3 ? (uint16_t)port : 0;
}

/* ---- All of them --------------------------------------------------------------------------------------- */

struct visitor {
	table_visit *visit;
	void *context;
};

/* "System Description Table Header" and "Firmware ACPI Control Structure (FACS)": the length is at 4 in both. */
static enum err visit_table(const struct acpi *a, const struct visitor *v, paddr at, struct problem *p)
{
	const uint8_t *header = at ? a->reader.map(a->reader.context, at, 8) : NULL;
	uint32_t bytes = header ? read_le32(header + 4) : 0;

	return bytes < 8 || bytes > MAX_TABLE_BYTES ? OK : v->visit(v->context, at, bytes, p);
}

/* "Fixed ACPI Description Table (FADT)": FACS 36, DSDT 40, and their 64-bit addresses at 132 and 140. A reader may take
 * either. */
static enum err visit_fadt(const struct acpi *a, const struct visitor *v, struct problem *p)
{
	uint32_t bytes;
	const uint8_t *t = table_of(a, "FACP", 44, &bytes);
	enum err e = OK;

	for (unsigned i = 0; t && !e && i < 2; i++) {
		paddr narrow = read_le32(t + 36 + 4 * i), wide = bytes >= 148 ? read_le64(t + 132 + 8 * i) : 0;
		e = visit_table(a, v, wide, p);
		if (!e && narrow != wide)
			e = visit_table(a, v, narrow, p);
	}
	return e;
}

static enum err visit_root(const struct acpi *a, const struct visitor *v, struct problem *p)
{
	const uint8_t *entries = entries_of(a);
	enum err e = visit_table(a, v, a->root, p);

	for (unsigned i = 0; entries && !e && i < a->count; i++)
		e = visit_table(a, v, entry_at(a, entries, i), p);
	return e;
}

/* Beside an XSDT there may be an RSDT, for old readers. It mostly names the same tables in the same order: these are
 * visited once. */
static enum err visit_old_root(const struct acpi *a, const struct visitor *v, struct problem *p)
{
	unsigned damaged = 0;
	uint32_t bytes;
	const uint8_t *pointer = a->reader.map(a->reader.context, a->rsdp, OLD_RSDP_BYTES), *entries = entries_of(a);
	paddr at = pointer && a->pointer_bytes == 8 ? read_le32(pointer + 16) : 0;
	const uint8_t *root = at ? table_at(&a->reader, at, "RSDT", &bytes, &damaged) : NULL;
	enum err e = root ? visit_table(a, v, at, p) : OK;

	for (unsigned i = 0; root && !e && i < MAX_TABLES && HEADER_BYTES + 4 * i + 4 <= bytes; i++) {
		paddr table = read_le32(root + HEADER_BYTES + 4 * i);
		if (!entries || i >= a->count || entry_at(a, entries, i) != table)
			e = visit_table(a, v, table, p);
	}
	return e;
}

enum err acpi_ranges(const struct acpi *a, table_visit *visit, void *context, struct problem *p)
{
	const struct visitor v = { visit, context };
	enum err e = visit(context, a->rsdp, a->rsdp_bytes, p);

	if (!e) e = visit_root(a, &v, p);
	if (!e) e = visit_old_root(a, &v, p);
	return e ? e : visit_fadt(a, &v, p);
}
