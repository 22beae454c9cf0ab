/* tables.c — the firmware's tables (docs/limine.md, "Firmware tables"). ACPI 6.5, "Root System Description Pointer
 * (RSDP)", "Fixed ACPI Description Table (FADT)"; SMBIOS 3.6 (DSP0134), "SMBIOS entry point"; UEFI 2.10, "EFI System
 * Table", "EFI Configuration Table". */
#include "acpi.h"
#include "machine.h"

enum { TABLES_MOST = 128, HEADER_BYTES = 36, CONFIGURATION_BYTES = 24, CONFIGURATION_MOST = 64 };

static struct {
	bool answered, readable;
	uint64_t phys;
	uint8_t rsdp[36];
	unsigned count;
	struct { uint8_t signature[4]; uint64_t phys; uint32_t bytes; } tables[TABLES_MOST];
} acpi;

static struct {
	bool answered, readable;
	uint64_t phys, runtime, vendor, boot_services, tables;
	uint32_t header_bytes, table_count;
	uint8_t bytes[120];
	uint8_t configuration[CONFIGURATION_MOST][CONFIGURATION_BYTES];
} efi;

static bool pointers_are_physical(unsigned last)
{
	return revision >= 3 && revision <= last;
}

static uint8_t sum_of(const uint8_t *at, unsigned bytes)
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + at[i]);
	return sum;
}

/* ---- ACPI ------------------------------------------------------------------------------------------------------- */

static void add_table(uint64_t phys)
{
	uint8_t header[8];

	if (!phys || acpi.count == TABLES_MOST || !phys_copy(header, phys, sizeof header))
		return;
	for (unsigned i = 0; i < 4; i++)
		acpi.tables[acpi.count].signature[i] = header[i];
	acpi.tables[acpi.count].phys = phys;
	acpi.tables[acpi.count++].bytes = acpi_u32(header + 4);
}

/* The FADT's own: FACS and DSDT, with 32 and 64 bits. */
static void add_fixed(uint64_t fadt, uint32_t bytes)
{
	static const uint16_t wide[] = { 132, 140 }, narrow[] = { 36, 40 };
	uint8_t field[8];

	for (unsigned i = 0; i < 2; i++) {
		if (bytes >= wide[i] + 8u && phys_copy(field, fadt + wide[i], 8))
			add_table(acpi_u64(field));
		if (phys_copy(field, fadt + narrow[i], 4))
			add_table(acpi_u32(field));
	}
}

static void read_root(uint64_t root, unsigned entry_bytes)
{
	uint8_t header[HEADER_BYTES], entry[8] = { 0 };

	if (!root || !phys_copy(header, root, sizeof header) ||
	    !bytes_equal(header, entry_bytes == 8 ? "XSDT" : "RSDT", 4))
		return;
	add_table(root);
	for (uint32_t at = HEADER_BYTES; at + entry_bytes <= acpi_u32(header + 4); at += entry_bytes)
		if (phys_copy(entry, root + at, entry_bytes))
			add_table(acpi_u64(entry));
}

static void gather_acpi(void)
{
	struct answer_pointer a;

	acpi.answered = take(REQUEST_RSDP, &a, sizeof a);
	acpi.readable = acpi.answered && pointer_phys(a.address, pointers_are_physical(3), &acpi.phys) &&
	                phys_copy(acpi.rsdp, acpi.phys, sizeof acpi.rsdp);
	if (!acpi.readable)
		return;
	if (acpi.rsdp[15] >= 2)
		read_root(acpi_u64(acpi.rsdp + 24), 8);
	read_root(acpi_u32(acpi.rsdp + 16), 4);
	for (unsigned i = 0; i < acpi.count; i++)
		if (bytes_equal(acpi.tables[i].signature, "FACP", 4))
			add_fixed(acpi.tables[i].phys, acpi.tables[i].bytes);
}

const struct acpi_table *acpi_find(const char signature[4])
{
	static struct acpi_table found[4];
	static char names[4][4];
	static unsigned known;

	for (unsigned i = 0; i < known; i++)
		if (bytes_equal(names[i], signature, 4))
			return &found[i];
	struct acpi_table *t = &found[known < 3 ? known : 3];
	for (unsigned i = 0; i < 4; i++)
		names[known < 3 ? known : 3][i] = signature[i];
	known += known < 3;
	t->count = 0;
	for (unsigned i = 0; i < acpi.count; i++) {
		if (!bytes_equal(acpi.tables[i].signature, signature, 4))
			continue;
		uint32_t bytes = acpi.tables[i].bytes < sizeof t->bytes ? acpi.tables[i].bytes : sizeof t->bytes;
		t->count = phys_copy(t->bytes, acpi.tables[i].phys, bytes) ? bytes : 0;
	}
	return t;
}

void acpi_madt(struct acpi_walk *w)
{
	enum { ENTRIES = 44 };

	*w = (struct acpi_walk){ .table = acpi_find("APIC"), .next = ENTRIES };
}

bool acpi_next(struct acpi_walk *w)
{
	static const uint8_t least[] = { [0] = 8, [1] = 12, [4] = 6, [9] = 16, [10] = 12, [11] = 76 };

	while (w->next + 2 <= w->table->count) {
		const uint8_t *e = w->table->bytes + w->next;
		if (e[1] < 2 || w->next + e[1] > w->table->count)
			return false;
		w->next += e[1];
		w->entry = e;
		if (e[0] < COUNT_OF(least) && least[e[0]] && e[1] >= least[e[0]])
			return true;
	}
	return false;
}

/* ---- UEFI ------------------------------------------------------------------------------------------------------- */

static void gather_efi(void)
{
	struct answer_pointer a;

	efi.answered = take(REQUEST_SYSTEM_TABLE, &a, sizeof a);
	efi.readable = efi.answered && pointer_phys(a.address, pointers_are_physical(4), &efi.phys) &&
	               phys_copy(efi.bytes, efi.phys, sizeof efi.bytes);
	if (!efi.readable)
		return;
	efi.header_bytes = acpi_u32(efi.bytes + 0x0c);
	efi.vendor = acpi_u64(efi.bytes + 0x18);
	efi.runtime = acpi_u64(efi.bytes + 0x58);
	efi.boot_services = acpi_u64(efi.bytes + 0x60);
	efi.table_count = acpi_u32(efi.bytes + 0x68);
	efi.tables = acpi_u64(efi.bytes + 0x70);
	for (unsigned i = 0; i < efi.table_count && i < CONFIGURATION_MOST; i++)
		phys_copy(efi.configuration[i], efi.tables + i * CONFIGURATION_BYTES, CONFIGURATION_BYTES);
}

void tables_gather(void)
{
	gather_efi();
	gather_acpi();
}

struct guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

static const struct guid acpi_1 = { 0xeb9d2d30, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } },
	acpi_2 = { 0x8868e871, 0xe4f1, 0x11d3, { 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 } },
	smbios_2 = { 0xeb9d2d31, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } },
	smbios_3 = { 0xf2fd1544, 0x9794, 0x4a2c, { 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 } };

/* The firmware's table of this kind, 0 without one. */
static uint64_t listed(const struct guid *g)
{
	for (unsigned i = 0; i < efi.table_count && i < CONFIGURATION_MOST; i++)
		if (bytes_equal(efi.configuration[i], g, sizeof *g))
			return acpi_u64(efi.configuration[i] + 16);
	return 0;
}

/* ---- Promises --------------------------------------------------------------------------------------------------- */

static enum verdict check_rsdp(void)
{
	enum { OLD_BYTES = 20, REVISION = 15, LENGTH = 20 };

	if (!acpi.answered)
		return listed(&acpi_1) || listed(&acpi_2) ? broken("the firmware has ACPI, and there is no answer")
		                                          : NOT_APPLICABLE;
	if (!acpi.readable)
		return broken("the RSDP cannot be read");
	if (!bytes_equal(acpi.rsdp, "RSD PTR ", 8))
		return broken("there is no RSDP at physical 0x%lx", acpi.phys);
	if (sum_of(acpi.rsdp, OLD_BYTES))
		return expect("the RSDP's sum", sum_of(acpi.rsdp, OLD_BYTES), 0);
	if (acpi.rsdp[REVISION] >= 2 && acpi_u32(acpi.rsdp + LENGTH) == sizeof acpi.rsdp)
		return expect("the RSDP's long sum", sum_of(acpi.rsdp, sizeof acpi.rsdp), 0);
	return HOLDS;
}

static enum verdict check_acpi_memory(void)
{
	uint64_t types = BIT(MAP_ACPI_RECLAIM) | BIT(MAP_ACPI_NVS) | BIT(MAP_RESERVED_MAPPED);

	if (!acpi.readable)
		return NOT_APPLICABLE;
	if (!map_within(acpi.phys, acpi.rsdp[15] >= 2 ? 36 : 20, types))
		return broken("the RSDP at physical 0x%lx is in types 0x%lx", acpi.phys, map_types(acpi.phys, 36));
	for (unsigned i = 0; i < acpi.count; i++)
		if (!map_within(acpi.tables[i].phys, acpi.tables[i].bytes, types))
			return broken("%c%c%c%c at physical 0x%lx is in types 0x%lx", acpi.tables[i].signature[0],
			              acpi.tables[i].signature[1], acpi.tables[i].signature[2],
			              acpi.tables[i].signature[3], acpi.tables[i].phys,
			              map_types(acpi.tables[i].phys, acpi.tables[i].bytes));
	return HOLDS;
}

/* One of the two entry points, and the table that it names. */
struct smbios {
	uint64_t phys, table;
	uint32_t table_bytes;
	uint8_t bytes[32];
};

static enum verdict read_smbios(uint64_t pointer, bool narrow, struct smbios *s)
{
	if (!pointer_phys(pointer, pointers_are_physical(4), &s->phys) || !phys_copy(s->bytes, s->phys, 31))
		return broken("the entry point at 0x%lx cannot be read", pointer);
	uint8_t length = s->bytes[narrow ? 5 : 6];
	if (!bytes_equal(s->bytes, narrow ? "_SM_" : "_SM3_", narrow ? 4 : 5) || length > 31)
		return broken("there is no entry point at physical 0x%lx", s->phys);
	if (sum_of(s->bytes, length))
		return broken("the entry point's sum is 0x%x", sum_of(s->bytes, length));
	s->table_bytes = narrow ? acpi_u16(s->bytes + 0x16) : acpi_u32(s->bytes + 0x0c);
	s->table = narrow ? acpi_u32(s->bytes + 0x18) : acpi_u64(s->bytes + 0x10);
	return HOLDS;
}

static enum verdict check_smbios(void)
{
	struct answer_pair a;
	struct smbios s;

	if (!take(REQUEST_SMBIOS, &a, sizeof a))
		return listed(&smbios_2) || listed(&smbios_3)
		               ? broken("the firmware has SMBIOS, and there is no answer")
		               : NOT_APPLICABLE;
	if (!a.first && !a.second)
		return broken("neither entry point is there");
	if ((listed(&smbios_2) && !a.first) || (listed(&smbios_3) && !a.second))
		return broken("an entry point of the firmware's is missing");
	if (a.first && read_smbios(a.first, true, &s) == BROKEN)
		return BROKEN;
	return a.second ? read_smbios(a.second, false, &s) : HOLDS;
}

static enum verdict smbios_within(uint64_t pointer, bool narrow)
{
	struct smbios s;

	if (!pointer || read_smbios(pointer, narrow, &s) == BROKEN)
		return HOLDS; /* that is another promise's */
	if (!map_within(s.phys, s.bytes[narrow ? 5 : 6], BIT(MAP_RESERVED_MAPPED)))
		return broken("the entry point at physical 0x%lx is in types 0x%lx", s.phys, map_types(s.phys, 31));
	if (!map_within(s.table, s.table_bytes, BIT(MAP_RESERVED_MAPPED)))
		return broken("the table at physical 0x%lx is in types 0x%lx", s.table,
		              map_types(s.table, s.table_bytes));
	return HOLDS;
}

static enum verdict check_smbios_memory(void)
{
	struct answer_pair a;

	if (!take(REQUEST_SMBIOS, &a, sizeof a))
		return NOT_APPLICABLE;
	return smbios_within(a.first, true) == BROKEN ? BROKEN : smbios_within(a.second, false);
}

/* UEFI 2.10, "EFI Table Header": CRC-32 with its own field as zero. */
static uint32_t crc_of(const uint8_t *at, uint32_t bytes)
{
	uint32_t crc = UINT32_MAX;

	for (uint32_t i = 0; i < bytes; i++) {
		crc ^= i >= 0x10 && i < 0x14 ? 0 : at[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	return ~crc;
}

static enum verdict check_system_table(void)
{
	struct answer_number type;

	if (!efi.answered)
		return take(REQUEST_FIRMWARE_TYPE, &type, sizeof type) && (type.value == 1 || type.value == 2)
		               ? broken("the firmware is UEFI, and there is no answer")
		               : NOT_APPLICABLE;
	if (!efi.readable || !bytes_equal(efi.bytes, "IBI SYST", 8))
		return broken("there is no system table at physical 0x%lx", efi.phys);
	if (efi.header_bytes != sizeof efi.bytes)
		return expect("the table's length", efi.header_bytes, sizeof efi.bytes);
	if (crc_of(efi.bytes, efi.header_bytes) != acpi_u32(efi.bytes + 0x10))
		return expect("the table's CRC", acpi_u32(efi.bytes + 0x10), crc_of(efi.bytes, efi.header_bytes));
	return expect("the table's boot services", efi.boot_services, 0);
}

static enum verdict efi_within(const char *what, uint64_t phys, uint64_t bytes)
{
	if (bytes && !map_within(phys, bytes, BIT(MAP_RESERVED_MAPPED)))
		return broken("%s at physical 0x%lx is in types 0x%lx", what, phys, map_types(phys, bytes));
	return HOLDS;
}

static uint64_t vendor_bytes(void)
{
	uint16_t unit = 1;
	uint64_t bytes = 0;

	while (unit && bytes < PAGE_BYTES && phys_copy(&unit, efi.vendor + bytes, sizeof unit))
		bytes += sizeof unit;
	return bytes;
}

static enum verdict check_system_memory(void)
{
	enum { RUNTIME_BYTES = 136 };

	if (!efi.readable)
		return NOT_APPLICABLE;
	if (efi_within("the system table", efi.phys, sizeof efi.bytes) == BROKEN ||
	    efi_within("the runtime services' table", efi.runtime, RUNTIME_BYTES) == BROKEN ||
	    efi_within("the configuration table", efi.tables,
	               efi.table_count * (uint64_t)CONFIGURATION_BYTES) == BROKEN)
		return BROKEN;
	return efi_within("the vendor's name", efi.vendor, vendor_bytes());
}

static const struct promise promises[] = {
	{ 110, "the RSDP is where the answer says", 0, NEWEST, check_rsdp },
	{ 111, "ACPI tables are in memory that is mapped", 4, NEWEST, check_acpi_memory },
	{ 112, "the SMBIOS entry points are where the answer says", 0, NEWEST, check_smbios },
	{ 113, "SMBIOS tables are in memory of type reserved, mapped", 5, NEWEST, check_smbios_memory },
	{ 114, "the system table is where its answer says, after boot services", 0, NEWEST, check_system_table },
	{ 115, "the system table and its data are in memory of type reserved, mapped", 5, NEWEST, check_system_memory },
};

const struct chapter table_chapter = { promises, COUNT_OF(promises) };
