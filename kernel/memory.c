#include "memory.h"

#define ATTRIBUTE_WB 0x8ull /* UEFI 2.10, "EFI_BOOT_SERVICES.GetMemoryMap()": EFI_MEMORY_WB */

const struct hobnail_memory *memory_entry(const struct hobnail_boot *boot, uint32_t i)
{
	return hobnail_entry(boot, &boot->memory_map, i);
}

const struct hobnail_memory *memory_find(const struct hobnail_boot *boot, paddr phys)
{
	uint32_t low = 0, high = boot->memory_map.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct hobnail_memory *m = memory_entry(boot, middle);
		if (phys < m->base)
			high = middle;
		else if (phys - m->base < m->bytes)
			return m;
		else
			low = middle + 1;
	}
	return NULL;
}

bool memory_in_direct_map(const struct hobnail_memory *m)
{
	switch (m->type) {
	case HOBNAIL_MEMORY_USABLE:
	case HOBNAIL_MEMORY_FIRMWARE_BOOT:
	case HOBNAIL_MEMORY_TABLES:
	case HOBNAIL_MEMORY_STACKS:
	case HOBNAIL_MEMORY_RECORD:
	case HOBNAIL_MEMORY_NET:
	case HOBNAIL_MEMORY_KERNEL:
	case HOBNAIL_MEMORY_MODULE:
	case HOBNAIL_MEMORY_ACPI_RECLAIM:
	case HOBNAIL_MEMORY_ACPI_NVS:
	case HOBNAIL_MEMORY_RUNTIME_DATA:
		return (m->attributes & ATTRIBUTE_WB) != 0;
	default:
		return false;
	}
}

/* Do entries cover the whole range, all of this type? type == NULL: does the direct map cover the whole range? */
static bool every_entry(const struct hobnail_boot *boot, paddr phys, uint64_t bytes, const uint32_t *type)
{
	while (bytes) {
		const struct hobnail_memory *m = memory_find(boot, phys);
		if (!m || !(type ? m->type == *type : memory_in_direct_map(m)))
			return false;
		uint64_t part = min_u64(bytes, m->base + m->bytes - phys);
		phys += part;
		bytes -= part;
	}
	return true;
}

bool memory_is(const struct hobnail_boot *boot, paddr phys, uint64_t bytes, uint32_t type)
{
	return every_entry(boot, phys, bytes, &type);
}

static struct span framebuffer(const struct hobnail_boot *boot, uint32_t i)
{
	const struct hobnail_framebuffer *fb = hobnail_entry(boot, &boot->framebuffers, i);
	paddr base = align_down(fb->phys, PAGE_BYTES);

	return (struct span){ base, align_up(fb->phys + fb->bytes, PAGE_BYTES) - base };
}

unsigned memory_framebuffers(const struct hobnail_boot *boot, struct span *out, unsigned most)
{
	unsigned count = (unsigned)min_u64(boot->framebuffers.count, most);

	for (unsigned i = 0; i < count; i++)
		out[i] = framebuffer(boot, i);
	return count;
}

void memory_without(const struct span *holes, unsigned count, paddr base, uint64_t bytes,
                    void (*visit)(paddr base, uint64_t bytes))
{
	for (; count > 0 && bytes; holes++, count--) {
		if (!ranges_overlap(base, bytes, holes->base, holes->bytes))
			continue;
		paddr end = base + bytes, after = holes->base + holes->bytes;
		if (base < holes->base)
			memory_without(holes + 1, count - 1, base, holes->base - base, visit);
		base = after < end ? after : end;
		bytes = end - base;
	}
	if (bytes)
		visit(base, bytes);
}

static bool meets_framebuffer(const struct hobnail_boot *boot, paddr phys, uint64_t bytes)
{
	for (uint32_t i = 0; i < boot->framebuffers.count; i++) {
		struct span fb = framebuffer(boot, i);
		if (ranges_overlap(phys, bytes, fb.base, fb.bytes))
			return true;
	}
	return false;
}

bool memory_covered(const struct hobnail_boot *boot, paddr phys, uint64_t bytes)
{
	return sum_fits(phys, bytes) && !meets_framebuffer(boot, phys, bytes) && every_entry(boot, phys, bytes, NULL);
}

const void *memory_view(const struct hobnail_boot *boot, paddr phys, uint64_t bytes)
{
	return memory_covered(boot, phys, bytes) ? hobnail_virt(boot, phys) : NULL;
}

static const void *map_table(void *context, paddr at, uint64_t bytes)
{
	return memory_view(context, at, bytes);
}

bool memory_acpi(const struct hobnail_boot *boot, struct acpi *out)
{
	struct table_reader reader = { map_table, (void *)(uintptr_t)boot };

	return boot->acpi_rsdp && acpi_open(reader, boot->acpi_rsdp, out, NULL) == OK;
}

bool memory_tree(const struct hobnail_boot *boot, struct fdt *out)
{
	const void *tree = NULL;

	if (boot->valid & HOBNAIL_HAS_DEVICE_TREE)
		tree = memory_view(boot, boot->device_tree, boot->device_tree_bytes);
	return tree && fdt_open(tree, boot->device_tree_bytes, out, NULL) == OK;
}

const char *memory_type_name(uint32_t type)
{
	static const char *const names[] = {
		[HOBNAIL_MEMORY_USABLE] = "usable",
		[HOBNAIL_MEMORY_FIRMWARE_BOOT] = "firmware boot",
		[HOBNAIL_MEMORY_TABLES] = "page tables",
		[HOBNAIL_MEMORY_STACKS] = "stacks",
		[HOBNAIL_MEMORY_RECORD] = "record",
		[HOBNAIL_MEMORY_NET] = "net",
		[HOBNAIL_MEMORY_KERNEL] = "kernel",
		[HOBNAIL_MEMORY_MODULE] = "module",
		[HOBNAIL_MEMORY_ACPI_RECLAIM] = "firmware tables",
		[HOBNAIL_MEMORY_ACPI_NVS] = "ACPI NVS",
		[HOBNAIL_MEMORY_RUNTIME_CODE] = "runtime code",
		[HOBNAIL_MEMORY_RUNTIME_DATA] = "runtime data",
		[HOBNAIL_MEMORY_MMIO] = "device registers",
		[HOBNAIL_MEMORY_RESERVED] = "reserved",
		[HOBNAIL_MEMORY_BAD] = "bad",
		[HOBNAIL_MEMORY_PERSISTENT] = "persistent",
		[HOBNAIL_MEMORY_UNACCEPTED] = "unaccepted",
		[HOBNAIL_MEMORY_SPECIAL] = "special purpose",
	};

	return type < COUNT_OF(names) && names[type] ? names[type] : "unknown";
}
