/* record.c — docs/protocol.md, "The record": the block itself, before its references are followed. */
#include "contract/entry.h"
#include "contract.h"
#include "memory.h"
#include "string.h"
#include "utf8.h"

#define LARGEST_RECORD MIB(64) /* a larger size counts as garbage */

/* ---- Structure ----------------------------------------------------------------------------------------- */

static enum verdict check_identity(const struct hobnail_boot *boot, struct finding *f)
{
	if (boot->magic != HOBNAIL_MAGIC)
		return expect(f, "magic", boot->magic, HOBNAIL_MAGIC);
	if (boot->version < HOBNAIL_VERSION)
		return expect(f, "version", boot->version, HOBNAIL_VERSION);
	if (boot->header_bytes < sizeof *boot)
		return expect(f, "header_bytes", boot->header_bytes, sizeof *boot);
	if (boot->arch != arch_number)
		return expect(f, "arch", boot->arch, arch_number);
	return holds(f, "version %u, %u bytes", boot->version, boot->bytes);
}

static enum verdict check_place(const struct hobnail_boot *boot, struct finding *f)
{
	if (boot->bytes < boot->header_bytes || boot->bytes > LARGEST_RECORD)
		return broken(f, "%u bytes with a header of %u", boot->bytes, boot->header_bytes);
	if (boot->phys == 0 || !is_aligned(boot->phys, PAGE_BYTES))
		return broken(f, "phys %#lx is not the address of a page", (unsigned long)boot->phys);
	return expect(f, "address", arch_entry_argument(), boot->phys + boot->direct_map);
}

struct named_array {
	const char *name;
	struct hobnail_array array;
	uint32_t least; /* bytes of one entry */
};

enum { ARRAYS = 8 };

static void list_arrays(const struct hobnail_boot *boot, struct named_array out[ARRAYS])
{
	const struct named_array list[ARRAYS] = {
		{ "memory_map", boot->memory_map, sizeof(struct hobnail_memory) },
		{ "uefi_map", boot->uefi_map, 40 },
		{ "segments", boot->segments, sizeof(struct hobnail_segment) },
		{ "modules", boot->modules, sizeof(struct hobnail_module) },
		{ "framebuffers", boot->framebuffers, sizeof(struct hobnail_framebuffer) },
		{ "cpus", boot->cpus, sizeof(struct hobnail_cpu) },
		{ "granted", boot->granted, sizeof(struct hobnail_grant) },
		{ "stages", boot->stages, sizeof(struct hobnail_stage) },
	};

	memcpy(out, list, sizeof list);
}

static uint64_t array_bytes(const struct hobnail_array *a)
{
	return (uint64_t)a->count * a->entry_bytes;
}

static bool inside(const struct hobnail_boot *boot, uint64_t offset, uint64_t bytes)
{
	return offset >= boot->header_bytes && range_within(offset, bytes, boot->bytes);
}

/* May this array be read even if P3 is broken? */
static bool readable(const struct hobnail_boot *boot, const struct hobnail_array *a, uint32_t least)
{
	return a->count == 0 || (a->entry_bytes >= least && is_aligned(a->offset | a->entry_bytes, 8) &&
	                         inside(boot, a->offset, array_bytes(a)));
}

static enum verdict check_arrays(const struct hobnail_boot *boot, struct finding *f)
{
	struct named_array list[ARRAYS];

	list_arrays(boot, list);
	for (unsigned i = 0; i < ARRAYS; i++) {
		const struct hobnail_array *a = &list[i].array;
		if (a->count == 0)
			continue;
		if (a->entry_bytes < list[i].least || !is_aligned(a->entry_bytes, 8))
			return broken(f, "%s has entries of %u bytes, want %u or more", list[i].name, a->entry_bytes,
			              list[i].least);
		if (!is_aligned(a->offset, 8) || !inside(boot, a->offset, array_bytes(a)))
			return broken(f, "%s lies at offset %u with %u entries, outside the record", list[i].name,
			              a->offset, a->count);
		for (unsigned j = 0; j < i; j++)
			if (ranges_overlap(a->offset, array_bytes(a), list[j].array.offset,
			                   array_bytes(&list[j].array)))
				return broken(f, "%s and %s overlap", list[j].name, list[i].name);
	}
	if (!boot->memory_map.count || !boot->uefi_map.count || !boot->segments.count || !boot->cpus.count ||
	    !boot->stages.count)
		return broken(f, "one of memory_map, uefi_map, segments, cpus, stages is empty");
	return holds(f, "%u memory ranges, %u segments, %u modules, %u processors", boot->memory_map.count,
	             boot->segments.count, boot->modules.count, boot->cpus.count);
}

static enum verdict check_string(const struct hobnail_boot *boot, const char *name, struct hobnail_string s,
                                 struct finding *f)
{
	const char *text = hobnail_text(boot, s);

	if (!inside(boot, s.offset, (uint64_t)s.bytes + 1))
		return broken(f, "%s lies at offset %u with %u bytes, outside the record", name, s.offset, s.bytes);
	if (text[s.bytes] != 0)
		return broken(f, "%s has no NUL after its %u bytes", name, s.bytes);
	if (!utf8_valid(text, s.bytes))
		return broken(f, "%s is not UTF-8 without NUL", name);
	return HOLDS;
}

static enum verdict check_strings(const struct hobnail_boot *boot, struct finding *f)
{
	enum verdict v = check_string(boot, "kernel_path", boot->kernel_path, f);

	if (v == HOLDS)
		v = check_string(boot, "cmdline", boot->cmdline, f);
	if (v == HOLDS)
		v = check_string(boot, "loader", boot->loader, f);
	if (v == HOLDS)
		v = check_string(boot, "firmware", boot->firmware, f);
	if (v == HOLDS && !readable(boot, &boot->modules, sizeof(struct hobnail_module)))
		return not_applicable(f, "`modules` cannot be read");
	for (uint32_t i = 0; v == HOLDS && i < boot->modules.count; i++) {
		const struct hobnail_module *m = hobnail_entry(boot, &boot->modules, i);
		v = check_string(boot, "a module's path", m->path, f);
		if (v == HOLDS)
			v = check_string(boot, "a module's cmdline", m->cmdline, f);
	}
	return v;
}

/* Every look-up of an address relies on this order. */
static enum verdict check_map_order(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t end = 0;

	if (!readable(boot, &boot->memory_map, sizeof(struct hobnail_memory)))
		return not_applicable(f, "`memory_map` cannot be read");
	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *m = memory_entry(boot, i);
		if (m->bytes == 0 || !is_aligned(m->base | m->bytes, PAGE_BYTES) || !sum_fits(m->base, m->bytes - 1))
			return broken(f, "entry %u, %#lx with %#lx bytes, is empty, unaligned or wraps", i,
			              (unsigned long)m->base, (unsigned long)m->bytes);
		if (i > 0 && m->base < end)
			return broken(f, "entry %u begins at %#lx, before %#lx where the last one ends", i,
			              (unsigned long)m->base, (unsigned long)end);
		end = m->base + m->bytes;
		if (end == 0 && i + 1 < boot->memory_map.count)
			return broken(f, "entry %u follows one that ends with the address space", i + 1);
	}
	return holds(f, "%u ranges", boot->memory_map.count);
}

static const struct promise record_promises[] = {
	{ 1, "the record is a Hobnail record for this processor", check_identity },
	{ 2, "the record is page-aligned and the argument points at it", check_place },
	{ 3, "every array lies inside the record, apart from the others", check_arrays },
	{ 4, "every string lies inside the record, is UTF-8 and ends with a NUL", check_strings },
	{ 5, "the memory map ascends without overlap, in whole pages", check_map_order },
};

const struct chapter record_chapter = { record_promises, COUNT_OF(record_promises) };
