/* firmware.c — the firmware's memory map, device tree and TPM log (docs/limine.md, "Firmware tables"). UEFI 2.10,
 * "EFI_BOOT_SERVICES.GetMemoryMap()"; Devicetree Specification 0.4, "Flattened Devicetree (DTB) Format"; TCG PC Client
 * Platform Firmware Profile, "Event Log Header". */
#include "acpi.h"
#include "machine.h"

enum { DESCRIPTORS_MOST = 1024, DESCRIPTOR_BYTES = 40 };

static struct answer_efi_map efi_map;
static bool has_efi_map;
static unsigned count;
static struct descriptor {
	uint32_t type;
	uint64_t base, pages;
} descriptors[DESCRIPTORS_MOST];

void firmware_gather(void)
{
	uint8_t d[DESCRIPTOR_BYTES];

	has_efi_map = take(REQUEST_EFI_MAP, &efi_map, sizeof efi_map);
	if (!has_efi_map || efi_map.entry_bytes < DESCRIPTOR_BYTES)
		return;
	take_object("the EFI map", efi_map.map, NULL, efi_map.bytes);
	for (uint64_t at = 0; at + efi_map.entry_bytes <= efi_map.bytes && count < DESCRIPTORS_MOST;
	     at += efi_map.entry_bytes)
		if (copy_from(d, efi_map.map + at, sizeof d))
			descriptors[count++] = (struct descriptor){ acpi_u32(d), acpi_u64(d + 8), acpi_u64(d + 24) };
}

/* ---- Promises --------------------------------------------------------------------------------------------------- */

/* Types of UEFI's map. */
enum { LOADER_CODE = 1, LOADER_DATA, BOOT_CODE, BOOT_DATA, RUNTIME_CODE, RUNTIME_DATA, CONVENTIONAL, UNUSABLE,
       ACPI_RECLAIM, ACPI_NVS };

/* The types that memory of UEFI's type may have, as the protocol's table and the rules that override it say: tables in
 * reserved-mapped memory, the kernel and its modules, framebuffers. */
static uint64_t allowed(uint32_t type)
{
	uint64_t tables = revision >= 4 ? BIT(MAP_RESERVED_MAPPED) : 0;
	uint64_t all_tables = revision >= 5 ? BIT(MAP_RESERVED_MAPPED) : 0;

	switch (type) {
	case LOADER_CODE:
	case LOADER_DATA:
		return BIT(MAP_RECLAIMABLE) | BIT(MAP_EXECUTABLE) | tables;
	case BOOT_CODE:
	case BOOT_DATA: /* tables there may be kept from being reclaimed */
		return BIT(MAP_RECLAIMABLE) | BIT(MAP_ACPI_RECLAIM) | tables;
	case RUNTIME_CODE:
	case RUNTIME_DATA:
		return revision >= 5 ? BIT(MAP_RESERVED_MAPPED) : BIT(MAP_RESERVED) | tables;
	case CONVENTIONAL:
		return BIT(MAP_USABLE) | BIT(MAP_RECLAIMABLE) | BIT(MAP_EXECUTABLE);
	case ACPI_RECLAIM:
		return BIT(MAP_ACPI_RECLAIM) | all_tables;
	case ACPI_NVS:
		return BIT(MAP_ACPI_NVS) | all_tables;
	default:
		return BIT(MAP_RESERVED) | BIT(MAP_FRAMEBUFFER) | tables;
	}
}

static enum verdict check_descriptor(const struct descriptor *d)
{
	uint64_t at = d->base, end = d->base + d->pages * PAGE_BYTES;

	if (at == 0) /* page 0 has a rule of its own: from base revision 3 on it may be usable, and need not be */
		at = PAGE_BYTES;
	for (; at < end; at = map_edge(at, end)) {
		uint64_t types = map_types(at, 1);
		if (types == 0 || (types & ~allowed(d->type)))
			return broken("UEFI's type %u at physical 0x%lx is in types 0x%lx", d->type, at, types);
	}
	return HOLDS;
}

static enum verdict check_conversion(void)
{
	for (unsigned i = 0; i < count; i++)
		if (check_descriptor(&descriptors[i]) == BROKEN)
			return BROKEN;
	return count ? HOLDS : NOT_APPLICABLE;
}

static enum verdict check_efi_map(void)
{
	if (!has_efi_map)
		return requests[REQUEST_SYSTEM_TABLE].response ? broken("the firmware is UEFI, and there is no answer")
		                                               : NOT_APPLICABLE;
	if (efi_map.entry_bytes < DESCRIPTOR_BYTES || efi_map.entry_version != 1)
		return broken("descriptors have 0x%lx bytes, version %lu", efi_map.entry_bytes, efi_map.entry_version);
	if (efi_map.bytes == 0 || efi_map.bytes % efi_map.entry_bytes)
		return broken("0x%lx bytes are not descriptors of 0x%lx", efi_map.bytes, efi_map.entry_bytes);
	if (count != efi_map.bytes / efi_map.entry_bytes)
		return broken("%u descriptors of %lu can be read", count, efi_map.bytes / efi_map.entry_bytes);
	for (unsigned i = 0; i < count; i++)
		if (descriptors[i].base % PAGE_BYTES || descriptors[i].pages == 0)
			return broken("descriptor %u: 0x%lx pages at 0x%lx", i, descriptors[i].pages,
			              descriptors[i].base);
	return HOLDS;
}

static enum verdict check_type(void)
{
	struct answer_number a;

	if (!take(REQUEST_FIRMWARE_TYPE, &a, sizeof a))
		return NOT_APPLICABLE;
	if (requests[REQUEST_SYSTEM_TABLE].response)
		return expect("the firmware's type", a.value, 2);
	return a.value <= 3 ? HOLDS : broken("the firmware's type is %lu", a.value);
}

/* ---- Device tree ------------------------------------------------------------------------------------------------ */

static uint32_t big_u32(uint64_t at)
{
	uint8_t b[4] = { 0 };

	copy_from(b, at, sizeof b);
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Bytes of a name with its NUL, rounded to 4. */
static uint32_t name_bytes(uint64_t at)
{
	char c = 1;
	uint32_t bytes = 0;

	while (c && copy_from(&c, at + bytes, 1))
		bytes++;
	return (bytes + 3) & ~3u;
}

static bool is_memory_node(uint64_t at)
{
	char name[7];

	return copy_from(name, at, sizeof name) && bytes_equal(name, "memory@", sizeof name);
}

static enum verdict check_tree(void)
{
	enum { MAGIC = 0xd00dfeed, TOTAL = 4, STRUCTURE = 8, STRUCTURE_BYTES = 36, BEGIN = 1, END = 2, PROPERTY = 3 };
	struct answer_pointer a;
	unsigned depth = 0;

	if (!take(REQUEST_DEVICE_TREE, &a, sizeof a))
		return told("device-tree") ? broken("there is no answer") : NOT_APPLICABLE;
	if (big_u32(a.address) != (uint32_t)MAGIC)
		return expect("the device tree's magic", big_u32(a.address), (uint32_t)MAGIC);
	take_object("the device tree", a.address, NULL, big_u32(a.address + TOTAL));
	uint64_t at = a.address + big_u32(a.address + STRUCTURE), end = at + big_u32(a.address + STRUCTURE_BYTES);
	while (at < end) {
		uint32_t token = big_u32(at);
		at += 4;
		if (token == BEGIN && depth++ == 1 && is_memory_node(at))
			return broken("the device tree has a memory node");
		if (token == BEGIN)
			at += name_bytes(at);
		else if (token == END)
			depth--;
		else if (token == PROPERTY)
			at += 8 + ((big_u32(at) + 3) & ~3u);
	}
	return expect("the depth at the tree's end", depth, 0);
}

static enum verdict check_tpm(void)
{
	enum { SPECIFICATION = 32, TCG_2 = 2 };
	static const char says[16] = "Spec ID Event03";
	struct answer_tpm_log a;
	char first[16];

	if (!take(REQUEST_TPM_LOG, &a, sizeof a))
		return told("tpm") ? broken("there is no answer") : NOT_APPLICABLE;
	if (a.format != 1 && a.format != TCG_2)
		return broken("the log's format is %lu", a.format);
	if ((a.size == 0) != (a.address == 0))
		return broken("the log has 0x%lx bytes at 0x%lx", a.size, a.address);
	if (a.size && !take_object("the TPM's log", a.address, NULL, a.size))
		return broken("the log cannot be read");
	bool has_header = a.size >= SPECIFICATION + sizeof first &&
	                  copy_from(first, a.address + SPECIFICATION, sizeof first) &&
	                  bytes_equal(first, says, sizeof first);
	if (a.size && has_header != (a.format == TCG_2))
		return broken("the log's format is %lu, and it begins %s that header", a.format,
		              has_header ? "with" : "without");
	return HOLDS;
}

static const struct promise promises[] = {
	{ 26, "memory has the types of UEFI's map", 0, NEWEST, check_conversion },
	{ 116, "UEFI's memory map is whole", 0, NEWEST, check_efi_map },
	{ 117, "the firmware's type is the one that it is", 0, NEWEST, check_type },
	{ 118, "the device tree is whole, and has no memory nodes", 0, NEWEST, check_tree },
	{ 119, "the TPM's log is whole", 0, NEWEST, check_tpm },
};

const struct chapter firmware_chapter = { promises, COUNT_OF(promises) };
