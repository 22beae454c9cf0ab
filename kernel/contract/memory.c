/* memory.c — docs/protocol.md, "Memory" and "Firmware tables". */
#include "contract/entry.h"
#include "contract.h"
#include "memory.h"
#include "string.h"

/* EFI_MEMORY_DESCRIPTOR (UEFI 2.10, "EFI_BOOT_SERVICES.GetMemoryMap()"); the firmware gives the stride. */
struct uefi_memory {
	uint32_t type;
	uint32_t padding;
	uint64_t base;
	uint64_t virt;
	uint64_t pages;
	uint64_t attributes;
};

/* EFI_MEMORY_TYPE: the types that no kernel may use as ordinary memory, and those of boot services. */
enum {
	UEFI_RESERVED = 0,
	UEFI_BOOT_CODE = 3,
	UEFI_BOOT_DATA = 4,
	UEFI_RUNTIME_CODE = 5,
	UEFI_RUNTIME_DATA = 6,
	UEFI_UNUSABLE = 8,
	UEFI_ACPI_NVS = 10,
	UEFI_MMIO = 11,
	UEFI_MMIO_PORT = 12,
	UEFI_PAL = 13,
};

static bool is_free(uint32_t type)
{
	return type == HOBNAIL_MEMORY_USABLE || type == HOBNAIL_MEMORY_FIRMWARE_BOOT;
}

static enum verdict check_neighbours(const struct hobnail_boot *boot, struct finding *f)
{
	for (uint32_t i = 1; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *a = memory_entry(boot, i - 1), *b = memory_entry(boot, i);
		if (a->base + a->bytes == b->base && a->type == b->type && a->attributes == b->attributes)
			return broken(f, "entries %u and %u touch at %#lx and are both %s", i - 1, i,
			              (unsigned long)b->base, memory_type_name(a->type));
	}
	return HOLDS;
}

static enum verdict check_page_0(const struct hobnail_boot *boot, struct finding *f)
{
	const struct hobnail_memory *m = memory_find(boot, 0);

	if (m && is_free(m->type))
		return broken(f, "it is %s", memory_type_name(m->type));
	return holds(f, "%s", m ? memory_type_name(m->type) : "not in the map");
}

static enum verdict check_types(const struct hobnail_boot *boot, struct finding *f)
{
	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		uint32_t type = memory_entry(boot, i)->type;
		if (type < HOBNAIL_MEMORY_USABLE || type > HOBNAIL_MEMORY_SPECIAL)
			return broken(f, "entry %u has type %u", i, type);
	}
	return HOLDS;
}

/* ---- Against the firmware's own map -------------------------------------------------------------------- */

static bool is_unusable(uint32_t uefi_type)
{
	return uefi_type == UEFI_RESERVED || uefi_type == UEFI_RUNTIME_CODE || uefi_type == UEFI_RUNTIME_DATA ||
	       uefi_type == UEFI_UNUSABLE || (uefi_type >= UEFI_ACPI_NVS && uefi_type <= UEFI_PAL);
}

/* The range of a descriptor, cut off at the end of the address space. */
static struct span uefi_span(const struct uefi_memory *d)
{
	uint64_t pages = min_u64(d->pages, (UINT64_MAX - d->base) >> PAGE_SHIFT);

	return (struct span){ d->base, pages << PAGE_SHIFT };
}

static enum verdict check_uefi_covered(const struct hobnail_boot *boot, struct finding *f)
{
	if (boot->uefi_map_version != 1)
		return expect(f, "uefi_map_version", boot->uefi_map_version, 1);
	for (uint32_t i = 0; i < boot->uefi_map.count; i++) {
		struct span s = uefi_span(hobnail_entry(boot, &boot->uefi_map, i));
		while (s.bytes) {
			const struct hobnail_memory *m = memory_find(boot, s.base);
			if (!m)
				return broken(f, "%#lx of UEFI descriptor %u is missing", (unsigned long)s.base, i);
			uint64_t part = min_u64(s.bytes, m->base + m->bytes - s.base);
			s.base += part;
			s.bytes -= part;
		}
	}
	return holds(f, "%u descriptors of %u bytes", boot->uefi_map.count, boot->uefi_map.entry_bytes);
}

static bool is_loaders(uint32_t type)
{
	return type >= HOBNAIL_MEMORY_TABLES && type <= HOBNAIL_MEMORY_MODULE;
}

/* Devices may still write to boot services' memory, so it must not be usable. */
static enum verdict check_uefi_boot(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t pages = 0;

	for (uint32_t i = 0; i < boot->uefi_map.count; i++) {
		const struct uefi_memory *d = hobnail_entry(boot, &boot->uefi_map, i);
		struct span s = uefi_span(d);
		while ((d->type == UEFI_BOOT_CODE || d->type == UEFI_BOOT_DATA) && s.bytes) {
			const struct hobnail_memory *m = memory_find(boot, s.base);
			uint64_t part = m ? min_u64(s.bytes, m->base + m->bytes - s.base) : s.bytes;
			if (m && m->type == HOBNAIL_MEMORY_USABLE)
				return broken(f, "%#lx has UEFI type %u and reads as usable", (unsigned long)s.base,
				              d->type);
			s.base += part;
			s.bytes -= part;
			pages += part >> PAGE_SHIFT;
		}
	}
	return holds(f, "%lu KiB", (unsigned long)(pages * 4));
}

static enum verdict check_uefi_unusable(const struct hobnail_boot *boot, struct finding *f)
{
	for (uint32_t i = 0; i < boot->uefi_map.count; i++) {
		const struct uefi_memory *d = hobnail_entry(boot, &boot->uefi_map, i);
		struct span s = uefi_span(d);
		while (is_unusable(d->type) && s.bytes) {
			const struct hobnail_memory *m = memory_find(boot, s.base);
			if (!m || is_free(m->type) || is_loaders(m->type))
				return broken(f, "%#lx has UEFI type %u and reads as %s", (unsigned long)s.base,
				              d->type, m ? memory_type_name(m->type) : "nothing");
			uint64_t part = min_u64(s.bytes, m->base + m->bytes - s.base);
			s.base += part;
			s.bytes -= part;
		}
	}
	return HOLDS;
}

static enum verdict check_record_memory(const struct hobnail_boot *boot, struct finding *f)
{
	if (!memory_is(boot, boot->phys, align_up(boot->bytes, PAGE_BYTES), HOBNAIL_MEMORY_RECORD)) {
		const struct hobnail_memory *m = memory_find(boot, boot->phys);
		return broken(f, "%u bytes at %#lx begin in %s", boot->bytes, (unsigned long)boot->phys,
		              m ? memory_type_name(m->type) : "nothing");
	}
	return HOLDS;
}

/* ---- Firmware tables ----------------------------------------------------------------------------------- */

static bool is_reusable(const struct hobnail_boot *boot, paddr phys)
{
	const struct hobnail_memory *m = memory_find(boot, phys);

	return m && (is_free(m->type) || is_loaders(m->type));
}

static enum verdict check_tables_kept(const struct hobnail_boot *boot, struct finding *f)
{
	const struct {
		const char *name;
		paddr at;
	} tables[] = {
		{ "acpi_rsdp", boot->acpi_rsdp },
		{ "smbios", boot->smbios },
		{ "device_tree", boot->device_tree },
		{ "uefi_system_table", boot->uefi_system_table },
	};

	for (size_t i = 0; i < COUNT_OF(tables); i++)
		if (tables[i].at && is_reusable(boot, tables[i].at))
			return broken(f, "%s at %#lx lies in memory of type %s", tables[i].name,
			              (unsigned long)tables[i].at,
			              memory_type_name(memory_find(boot, tables[i].at)->type));
	return HOLDS;
}

static uint8_t byte_sum(const uint8_t *at, uint64_t bytes)
{
	uint8_t sum = 0;

	for (uint64_t i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + at[i]);
	return sum;
}

/* ACPI 6.5, "Root System Description Pointer (RSDP) Structure": the first 20 bytes sum up to 0. */
static enum verdict check_rsdp(const struct hobnail_boot *boot, struct finding *f)
{
	if (!(boot->valid & HOBNAIL_HAS_ACPI))
		return not_applicable(f, "no ACPI");
	const uint8_t *rsdp = memory_view(boot, boot->acpi_rsdp, 36);
	if (!rsdp)
		return not_applicable(f, "it lies where the direct map does not reach");
	if (memcmp(rsdp, "RSD PTR ", 8) != 0 || byte_sum(rsdp, 20) != 0)
		return broken(f, "no RSDP at %#lx", (unsigned long)boot->acpi_rsdp);
	return holds(f, "revision %u at %#lx", rsdp[15], (unsigned long)boot->acpi_rsdp);
}

/* SMBIOS 3.6, "SMBIOS Structure Table entry point". */
static enum verdict check_smbios(const struct hobnail_boot *boot, struct finding *f)
{
	if (!(boot->valid & HOBNAIL_HAS_SMBIOS))
		return not_applicable(f, "no SMBIOS");
	const uint8_t *entry = memory_view(boot, boot->smbios, 24);
	if (!entry)
		return not_applicable(f, "it lies where the direct map does not reach");
	if (memcmp(entry, "_SM3_", 5) != 0 && memcmp(entry, "_SM_", 4) != 0)
		return broken(f, "no entry point at %#lx", (unsigned long)boot->smbios);
	return holds(f, "\"%.*s\" at %#lx", entry[3] == '3' ? 5 : 4, (const char *)entry, (unsigned long)boot->smbios);
}

static uint32_t read_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Devicetree Specification v0.4, "Header". */
static enum verdict check_device_tree(const struct hobnail_boot *boot, struct finding *f)
{
	if (!(boot->valid & HOBNAIL_HAS_DEVICE_TREE))
		return not_applicable(f, "no device tree");
	for (uint64_t at = 0; at < boot->device_tree_bytes; at += PAGE_BYTES)
		if (is_reusable(boot, boot->device_tree + at))
			return broken(f, "its byte %lu lies in memory of type %s", (unsigned long)at,
			              memory_type_name(memory_find(boot, boot->device_tree + at)->type));
	const uint8_t *blob = memory_view(boot, boot->device_tree, boot->device_tree_bytes);
	if (!blob)
		return not_applicable(f, "it lies where the direct map does not reach");
	if (read_be32(blob) != 0xd00dfeed)
		return expect(f, "magic", read_be32(blob), 0xd00dfeed);
	return expect(f, "totalsize", read_be32(blob + 4), boot->device_tree_bytes);
}

/* UEFI 2.10, "EFI System Table": the header's signature and revision, and RuntimeServices at offset 88. */
static enum verdict check_system_table(const struct hobnail_boot *boot, struct finding *f)
{
	const uint8_t *table = memory_view(boot, boot->uefi_system_table, 96);

	if (!table)
		return not_applicable(f, "it lies where the direct map does not reach");
	if (memcmp(table, "IBI SYST", 8) != 0)
		return broken(f, "no system table at %#lx", (unsigned long)boot->uefi_system_table);
	if (read_le32(table + 8) != boot->uefi_revision)
		return expect(f, "uefi_revision", boot->uefi_revision, read_le32(table + 8));
	paddr runtime = read_le64(table + 88);
	const struct hobnail_memory *m = memory_find(boot, runtime);
	if (!m || is_free(m->type) || is_loaders(m->type))
		return broken(f, "RuntimeServices = %#lx is no physical address of the firmware",
		              (unsigned long)runtime);
	return holds(f, "UEFI %u.%u", boot->uefi_revision >> 16, (boot->uefi_revision & 0xffff) / 10);
}

static const struct promise memory_promises[] = {
	{ 16, "touching neighbours differ in type or attributes", check_neighbours },
	{ 17, "physical page 0 is not free", check_page_0 },
	{ 18, "every type is a known one", check_types },
	{ 19, "every range of the firmware's map is in the memory map", check_uefi_covered },
	{ 20, "what the firmware keeps reads as nothing that could be reused", check_uefi_unusable },
	{ 21, "the record lies in memory of type record", check_record_memory },
	{ 22, "firmware tables lie in memory that is not free", check_tables_kept },
	{ 23, "acpi_rsdp points at an RSDP", check_rsdp },
	{ 24, "smbios points at an entry point", check_smbios },
	{ 25, "device_tree points at a device tree, all of it kept", check_device_tree },
	{ 117, "memory of boot services, which devices may still write to, is not usable", check_uefi_boot },
	{ 26, "uefi_system_table points at the system table, its pointers still physical", check_system_table },
};

const struct chapter memory_chapter = { memory_promises, COUNT_OF(memory_promises) };
