/* tables.h — the loader's readers of firmware tables: ACPI and the device tree. Pure, over bytes.
 *
 * Tables are reached through struct table_reader, so that the same code reads physical memory in the loader, a file in
 * a test, and a fuzzer's input. Every length is checked before use; a malformed table is refused or passed over as
 * each function says, never followed out of bounds. */
#ifndef CORE_TABLES_H
#define CORE_TABLES_H

#include <hobnail/boot.h>

#include "err.h"

struct table_reader {
	/* `bytes` bytes at physical address `at`, readable while the reader lives; NULL if that is no readable
	 * memory. */
	const void *(*map)(void *context, paddr at, uint64_t bytes);
	void *context;
};

/* A processor as firmware lists it. */
struct table_cpu {
	uint64_t hardware_id; /* APIC id, or MPIDR affinity, or hart id */
	uint32_t firmware_id; /* ACPI UID, or index of the cpu node     */
	bool enabled;
	bool spin_table;      /* device tree enable-method = "spin-table" */
	uint16_t nmi_pins;    /* TABLE_NMI_*: acpi_nmis() fills it        */
	uint64_t release;     /* its cpu-release-addr                     */
};

/* The highest number of a local APIC outside x2APIC mode: 255 are all. */
enum { LAST_XAPIC_ID = 254 };

/* Bits of a local APIC's pin n, shifted by 8 * n. */
enum { TABLE_NMI = 1, TABLE_NMI_LOW = 2, TABLE_NMI_LEVEL = 4, TABLE_NMI_PINS = 2 };

/* Is it among the first `count`? Firmware may list a processor twice. */
static inline bool table_cpu_is_listed(const struct table_cpu *list, size_t count, uint64_t hardware_id)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].hardware_id == hardware_id)
			return true;
	return false;
}

/* An interrupt controller that must be quiet at entry. */
struct table_ioapic { paddr base; };

enum { TABLES_MAX_IOAPICS = 64 };

/* aarch64's interrupt controller (Arm IHI 0048 "GICv2", IHI 0069 "GICv3 and GICv4"). */
enum { TABLES_MAX_REDISTRIBUTORS = 256, GIC_REDISTRIBUTOR_BYTES = 0x20000 };

struct table_gic {
	unsigned version;     /* 2; 3 stands for later ones, too */
	paddr distributor;
	paddr cpu_interface;  /* version 2 */
	unsigned redistributor_count;
	struct span redistributors[TABLES_MAX_REDISTRIBUTORS]; /* version 3: regions, each of one or more in a row */
};

/* Add a region. An impossible region, or one too many, is left out. */
static inline void table_gic_add(struct table_gic *gic, paddr base, uint64_t bytes)
{
	bool good = base && bytes >= GIC_REDISTRIBUTOR_BYTES && sum_fits(base, bytes);

	if (good && gic->redistributor_count < TABLES_MAX_REDISTRIBUTORS)
		gic->redistributors[gic->redistributor_count++] = (struct span){ base, bytes };
}

/* Does it have all parts that its version needs? */
static inline bool table_gic_is_whole(const struct table_gic *gic)
{
	return gic->distributor &&
	       ((gic->version == 2 && gic->cpu_interface) || (gic->version == 3 && gic->redistributor_count));
}

/* Called with a range of tables: an error ends the walk with it. */
typedef enum err table_visit(void *context, paddr at, uint64_t bytes, struct problem *p);

/* ---- SMBIOS -------------------------------------------------------------------------------------------- */

struct smbios {
	struct span entry;  /* point                           */
	struct span table;  /* bytes 0: it names no structures */
	uint8_t version[2]; /* major and minor                 */
};

/* The entry point at `at`, 64-bit or 32-bit. false: there is none, and *out is as it was. Checksums are the reader's
 * business. */
bool smbios_open(struct table_reader reader, paddr at, struct smbios *out);

/* ---- ACPI ---------------------------------------------------------------------------------------------- */

struct acpi {
	struct table_reader reader;
	paddr rsdp;
	uint32_t rsdp_bytes;
	paddr root;        /* XSDT or RSDT */
	unsigned pointer_bytes; /* of its entries: 8 or 4 */
	unsigned count;
};

/* Check the RSDP (signature, checksums) and its root table. ERR_ACPI_RSDP, ERR_ACPI_ROOT; ERR_ACPI_TABLES: the root
 * table names more than 1024. */
enum err acpi_open(struct table_reader reader, paddr rsdp, struct acpi *out, struct problem *p);

/* Visit everything that the root pointer leads to, by the lengths that the tables give: itself, both root tables, each
 * table that these name, and the FADT's DSDT and FACS by both of their addresses. Tables with an impossible length are
 * left out; some may be visited twice. */
enum err acpi_ranges(const struct acpi *acpi, table_visit *visit, void *context, struct problem *p);

/* The first table with this 4-character signature and a good checksum: its bytes and length; NULL: none, or four of
 * this signature with wrong checksums came before it (the sums cost time). */
const void *acpi_table(const struct acpi *acpi, const char *signature, uint32_t *bytes);

/* SPCR, else DBG2: the debug console. `virt` stays 0. false: none, or of a kind this loader cannot drive. */
bool acpi_console(const struct acpi *acpi, struct hobnail_console *out);

/* MADT: fill up to `capacity` processors; returns how many there are (may exceed capacity). Local APIC, x2APIC and
 * GICC structures. Entries that are neither enabled nor online-capable are left out. */
size_t acpi_cpus(const struct acpi *acpi, struct table_cpu *out, size_t capacity);

/* MADT: the pins of local APICs that NMIs are connected to, for each of these processors. */
void acpi_nmis(const struct acpi *acpi, struct table_cpu *cpus, size_t count);

/* MADT: I/O APICs. Returns how many were written. */
size_t acpi_ioapics(const struct acpi *acpi, struct table_ioapic *out, size_t capacity);

/* MADT: local APIC base (0: no MADT). */
paddr acpi_local_apic(const struct acpi *acpi);

/* MADT: the distributor, and the CPU interface (version 2) or redistributors (3): regions, else those that
 * processors name for themselves, all of the smallest size. false: there is none, or it lacks a part. */
bool acpi_gic(const struct acpi *acpi, struct table_gic *out);

/* MCFG: configuration space of PCI's buses, up to `capacity` runs of them. Returns how many were written. */
size_t acpi_pci(const struct acpi *acpi, struct span *out, size_t capacity);

/* HPET: its registers; 0: there is none, or not in memory. */
paddr acpi_hpet(const struct acpi *acpi);

/* FADT: I/O port of the power-management timer, which counts 3579545 Hz in 24 bits or more; 0: none, or not at a
 * port. */
uint16_t acpi_pm_timer(const struct acpi *acpi);

/* FADT "ARM boot architecture flags": HOBNAIL_PSCI_*. */
uint32_t acpi_psci(const struct acpi *acpi);

/* ---- Device tree (Devicetree Specification v0.4, "Flattened Devicetree (DTB) Format") ------------------- */

struct fdt {
	const uint8_t *blob;
	uint32_t bytes;      /* totalsize */
	uint32_t structure, structure_bytes;
	uint32_t strings, strings_bytes;
};

/* totalsize if the 8 bytes at `blob` begin a device tree, else 0. */
uint32_t fdt_total_bytes(const void *first_8_bytes);

/* Check header and structure block: every token, name and property inside the blob, nesting at most 32 levels deep.
 * ERR_FDT with the offset. */
enum err fdt_open(const void *blob, uint64_t bytes, struct fdt *out, struct problem *p);

/* Copy the blob to `to`, without the nodes memory and memory@... of the root, in whose place are tokens that mean
 * nothing. Returns its bytes. */
uint32_t fdt_without_memory(const struct fdt *fdt, void *to);

/* /chosen stdout-path (with aliases and ":options"), translated through the `ranges` of every parent bus. */
bool fdt_console(const struct fdt *fdt, struct hobnail_console *out);

/* /cpus/cpu@...: as acpi_cpus(). */
size_t fdt_cpus(const struct fdt *fdt, struct table_cpu *out, size_t capacity);

/* The first node of an interrupt controller that can be driven: as acpi_gic(). */
bool fdt_gic(const struct fdt *fdt, struct table_gic *out);

/* PCI host bridges: their `reg` and the first 32 windows of their `ranges`, as the processor sees them; up to
 * `capacity`, of 16 bridges. *cut: there are more bridges, or windows. Returns how many were written. */
size_t fdt_pci(const struct fdt *fdt, struct span *out, size_t capacity, bool *cut);

/* The configuration space of those bridges whose `reg` is that (ECAM). */
size_t fdt_ecam(const struct fdt *fdt, struct span *out, size_t capacity);

/* How many host bridges there are, with ECAM or without; 17: more than 16. */
size_t fdt_bridges(const struct fdt *fdt);

/* /psci method: HOBNAIL_PSCI_*. */
uint32_t fdt_psci(const struct fdt *fdt);

#endif
