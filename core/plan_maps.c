#include "plan_internal.h"

/* ---- How much they cover ------------------------------------------------------------------------------- */

static bool is_device(const struct hobnail_memory *entry)
{
	return entry->type == HOBNAIL_MEMORY_MMIO;
}

/* Where the last of the entries that count ends, and at least `least`. */
static uint64_t end_of(const struct memmap *m, bool (*counts)(const struct hobnail_memory *), uint64_t least)
{
	uint64_t end = least;

	for (size_t i = 0; i < m->count; i++)
		if (counts(&m->entries[i]))
			end = max_u64(end, m->entries[i].base + m->entries[i].bytes);
	return end;
}

uint64_t plan_memory_end(const struct memmap *m)
{
	return end_of(m, memmap_in_direct_map, GIB(4));
}

uint64_t plan_device_end(const struct memmap *m)
{
	return end_of(m, is_device, plan_memory_end(m));
}

uint64_t plan_named_end(const struct plan_input *in)
{
	const struct span *last = in->device_count ? &in->devices[in->device_count - 1] : NULL;

	return max_u64(plan_device_end(in->memory), last ? last->base + last->bytes : 0);
}

/* ---- RAM ----------------------------------------------------------------------------------------------- */

/* The pages that a range to avoid touches. One that wraps ends with the address space. */
static struct span avoided_pages(const struct plan_piece *avoid)
{
	uint64_t from = align_down(avoid->phys, PAGE_BYTES);

	if (!avoid->bytes)
		return (struct span){ 0, 0 };
	uint64_t last = sum_fits(avoid->phys, avoid->bytes - 1) ? avoid->phys + (avoid->bytes - 1) : UINT64_MAX - PAGE_BYTES;
	return (struct span){ from, align_down(last, PAGE_BYTES) - from + PAGE_BYTES };
}

/* Map [base, base + bytes) at base + offset, without the ranges to avoid. */
static enum err add_ram(struct plan *plan, const struct plan_input *in, uint64_t base, uint64_t bytes, uint64_t offset,
                        enum plan_kind kind, struct problem *p)
{
	while (bytes) {
		uint64_t part = bytes, skip = 0;

		for (unsigned i = 0; i < in->avoid_count; i++) {
			struct span avoid = avoided_pages(&in->avoid[i]);
			if (base - avoid.base < avoid.bytes) {
				part = 0;
				skip = min_u64(bytes, avoid.bytes - (base - avoid.base));
			} else if (avoid.bytes && avoid.base > base && avoid.base - base < part) {
				part = avoid.base - base;
			}
		}
		if (part) {
			struct plan_range r = { .va = base + offset, .pa = base, .bytes = part, .memory = PT_NORMAL,
			                        .rights = PT_WRITE | (kind == PLAN_DIRECT_MAP ? PT_GLOBAL : 0),
			                        .kind = (uint8_t)kind };
			enum err e = kind == PLAN_IDENTITY_MAP ? plan_add_around(plan, r, p) : plan_add(plan, &r, p);
			if (e)
				return e;
		}
		base += part + skip;
		bytes -= part + skip;
	}
	return OK;
}

/* Neighbours that differ only in type become one range: larger pages, fewer tables. */
static enum err add_all_ram(struct plan *plan, const struct plan_input *in, uint64_t offset, enum plan_kind kind, struct problem *p)
{
	const struct memmap *m = in->memory;

	for (size_t i = 0; i < m->count;) {
		uint64_t base = m->entries[i].base, bytes = 0;

		while (i < m->count && memmap_in_direct_map(&m->entries[i]) && m->entries[i].base == base + bytes)
			bytes += m->entries[i++].bytes;
		if (!bytes) {
			i++;
			continue;
		}
		enum err e = add_ram(plan, in, base, bytes, offset, kind, p);
		if (e)
			return e;
	}
	return OK;
}

enum err plan_add_identity_map(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	return add_all_ram(plan, in, 0, PLAN_IDENTITY_MAP, p);
}

enum err plan_add_direct_map(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	return add_all_ram(plan, in, plan->direct_map, PLAN_DIRECT_MAP, p);
}

/* ---- Devices ------------------------------------------------------------------------------------------- */

static enum err add_device(struct plan *plan, uint64_t from, uint64_t to, struct problem *p)
{
	struct plan_range r = { .va = from + plan->device_map, .pa = from, .bytes = to - from,
	                        .rights = PT_WRITE | PT_GLOBAL, .memory = PT_DEVICE, .kind = PLAN_DEVICE_MAP };

	return from < to ? plan_add(plan, &r, p) : OK;
}

/* Device registers and what no entry of the map describes. */
static enum err add_undescribed(struct plan *plan, const struct memmap *m, uint64_t end, struct problem *p)
{
	uint64_t from = 0; /* the open range of device addresses */

	for (size_t i = 0; i < m->count; i++) {
		const struct hobnail_memory *entry = &m->entries[i];
		if (is_device(entry))
			continue;
		enum err e = add_device(plan, from, min_u64(entry->base, end), p);
		if (e)
			return e;
		from = entry->base + entry->bytes;
	}
	return add_device(plan, from, end, p);
}

/* Of [from, end), which tables name, what is not there yet: reserved memory, and above `known` what no entry describes. RAM
 * and what is kept of it stays what it is, whatever tables say. */
static enum err add_named(struct plan *plan, const struct memmap *m, uint64_t from, uint64_t end, uint64_t known, struct problem *p)
{
	const struct hobnail_memory *entry = memmap_find_from(m, from), *last = m->entries + m->count;
	enum err e = OK;

	for (; !e && entry && entry < last && entry->base < end; entry++) {
		uint64_t entry_end = entry->base + entry->bytes;
		e = add_device(plan, max_u64(from, known), entry->base, p);
		if (!e && entry->type == HOBNAIL_MEMORY_RESERVED)
			e = add_device(plan, max_u64(from, entry->base), min_u64(end, entry_end), p);
		from = max_u64(from, entry_end);
	}
	return e ? e : add_device(plan, max_u64(from, known), end, p);
}

enum err plan_add_device_map(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	uint64_t known = plan_device_end(in->memory);
	enum err e = add_undescribed(plan, in->memory, known, p);

	for (size_t i = 0; !e && i < in->device_count; i++)
		e = add_named(plan, in->memory, in->devices[i].base,
		              min_u64(in->devices[i].base + in->devices[i].bytes, plan->device_end), known, p);
	return e;
}
