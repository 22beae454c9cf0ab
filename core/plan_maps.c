#include "plan_internal.h"

/* ---- How much they cover ------------------------------------------------------------------------------- */

/* UEFI 2.10, "EFI_BOOT_SERVICES.GetMemoryMap()" (§7.2.3): EFI_MEMORY_WB */
#define CACHED UINT64_C(0x8)

bool plan_map_has(const struct want_map *want, const struct hobnail_memory *entry)
{
	return want->types ? entry->type < 32 && want->types >> entry->type & 1 : memmap_in_direct_map(entry);
}

static bool is_device(const struct hobnail_memory *entry)
{
	return entry->type == HOBNAIL_MEMORY_MMIO;
}

/* The end of direct map and identity map, which begin at address 0; at least 4 GiB. */
static uint64_t map_end(const struct plan_input *in, const struct want_map *want)
{
	const struct memmap *m = in->memory;
	uint64_t end = max_u64(GIB(4), want->to);

	for (size_t i = 0; i < m->count; i++)
		if (plan_map_has(want, &m->entries[i]))
			end = max_u64(end, m->entries[i].base + m->entries[i].bytes);
	for (unsigned i = 0; want->framebuffer && i < in->avoid_count; i++)
		end = max_u64(end, align_up(in->avoid[i].phys + in->avoid[i].bytes, PAGE_BYTES));
	for (size_t i = 0; want->tables && i < in->table_count; i++)
		end = max_u64(end, in->tables[i].base + in->tables[i].bytes);
	return end;
}

uint64_t plan_memory_end(const struct plan_input *in)
{
	const struct want_map *maps = in->wants->maps;
	uint64_t direct = map_end(in, &maps[WANT_DIRECT_MAP]);

	return plan_wants_identity(in) ? max_u64(direct, map_end(in, &maps[WANT_IDENTITY_MAP])) : direct;
}

uint64_t plan_device_end(const struct plan_input *in)
{
	const struct memmap *m = in->memory;
	uint64_t end = plan_memory_end(in);

	for (size_t i = 0; i < m->count; i++)
		if (is_device(&m->entries[i]))
			end = max_u64(end, m->entries[i].base + m->entries[i].bytes);
	return end;
}

uint64_t plan_named_end(const struct plan_input *in)
{
	const struct span *last = in->device_count ? &in->devices[in->device_count - 1] : NULL;

	return max_u64(plan_device_end(in), last ? last->base + last->bytes : 0);
}

/* ---- Direct map and identity map ------------------------------------------------------------------------ */

/* The pages that a range to avoid touches. One that wraps ends with the address space. */
static struct span avoided_pages(const struct plan_piece *avoid)
{
	uint64_t from = align_down(avoid->phys, PAGE_BYTES);

	if (!avoid->bytes)
		return (struct span){ 0, 0 };
	uint64_t last = sum_fits(avoid->phys, avoid->bytes - 1) ? avoid->phys + (avoid->bytes - 1)
	                                                        : UINT64_MAX - PAGE_BYTES;
	return (struct span){ from, align_down(last, PAGE_BYTES) - from + PAGE_BYTES };
}

/* A map that is being added, from low addresses to high ones. */
struct adding {
	const struct plan_input *in;
	const struct want_map *want;
	size_t entry;            /* of the memory map: all before it end below  */
	struct plan_range range; /* grows while what follows is of the same kind */
	uint64_t end;            /* of all that follows, the same holds up to here */
	bool there;              /* ... it is in the map */
	uint8_t memory;
};

/* A range that decides instead of the memory map. */
static void overrule(struct adding *a, uint64_t at, struct span by, bool there, uint8_t memory)
{
	if (at - by.base < by.bytes) {
		a->there = there;
		a->memory = memory;
		a->end = at + min_u64(a->end - at, by.bytes - (at - by.base)); /* it may end with the space */
	} else if (by.bytes && by.base > at) {
		a->end = min_u64(a->end, by.base);
	}
}

/* Look up the address in the map: fill `there`, `memory` and `end`. */
static void look(struct adding *a, uint64_t at)
{
	const struct plan_input *in = a->in;
	const struct want_map *want = a->want;
	const struct memmap *m = in->memory;

	while (a->entry < m->count && m->entries[a->entry].base + m->entries[a->entry].bytes <= at)
		a->entry++;
	const struct hobnail_memory *e = a->entry < m->count ? &m->entries[a->entry] : NULL;
	bool inside = e && e->base <= at, cached = inside && e->attributes & CACHED;
	a->end = !e ? align_down(UINT64_MAX, PAGE_BYTES) : inside ? e->base + e->bytes : e->base;
	a->there = inside && plan_map_has(want, e);
	a->memory = cached ? PT_NORMAL : want->other;
	overrule(a, at, (struct span){ want->from, want->to - want->from }, true, a->memory);
	for (size_t i = 0; want->tables && i < in->table_count; i++)
		overrule(a, at, in->tables[i], true, PT_NORMAL);
	for (unsigned i = 0; i < in->avoid_count; i++)
		overrule(a, at, avoided_pages(&in->avoid[i]), want->framebuffer, PT_WRITE_COMBINING);
}

static enum err flush(struct plan *plan, struct adding *a, struct problem *p)
{
	if (!a->range.bytes)
		return OK;
	return a->range.kind == PLAN_IDENTITY_MAP ? plan_add_around(plan, a->range, p) : plan_add(plan, &a->range, p);
}

/* Neighbours that differ only in type become one range: larger pages, fewer tables. */
static enum err add_map(struct plan *plan, const struct plan_input *in, const struct want_map *want, uint64_t offset,
                        enum plan_kind kind, struct problem *p)
{
	struct adding a = { .in = in, .want = want, .range = {
		.rights = PT_WRITE | (want->execute ? PT_EXECUTE : 0) | (kind == PLAN_DIRECT_MAP ? PT_GLOBAL : 0),
		.kind = (uint8_t)kind,
	} };
	uint64_t end = map_end(in, want);
	enum err e = OK;

	for (uint64_t at = want->from; !e && at < end; at = a.end) {
		look(&a, at);
		if (!a.there)
			continue;
		if (a.range.bytes && a.range.pa + a.range.bytes == at && a.range.memory == a.memory) {
			a.range.bytes += a.end - at;
			continue;
		}
		e = flush(plan, &a, p);
		a.range.va = at + offset;
		a.range.pa = at;
		a.range.bytes = a.end - at;
		a.range.memory = a.memory;
	}
	return e ? e : flush(plan, &a, p);
}

enum err plan_add_identity_map(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	return add_map(plan, in, &in->wants->maps[WANT_IDENTITY_MAP], 0, PLAN_IDENTITY_MAP, p);
}

enum err plan_add_direct_map(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	return add_map(plan, in, &in->wants->maps[WANT_DIRECT_MAP], plan->direct_map, PLAN_DIRECT_MAP, p);
}

/* ---- Devices ------------------------------------------------------------------------------------------- */

static enum err add_device(struct plan *plan, uint64_t from, uint64_t to, struct problem *p)
{
	struct plan_range r = { .va = from + plan->device_map, .pa = from, .bytes = to - from,
	                        .rights = PT_WRITE | PT_GLOBAL, .memory = PT_DEVICE, .kind = PLAN_DEVICE_MAP };

	return from < to ? plan_add(plan, &r, p) : OK;
}

/* Add device registers, and ranges that no entry of the map describes. */
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

/* Tables name [from, end): add the parts of it that the device map does not have yet. These are reserved memory and,
 * above `known`, ranges that no entry describes. RAM, free or kept, is never added, whatever tables say. */
static enum err add_named(struct plan *plan, const struct memmap *m, uint64_t from, uint64_t end, uint64_t known,
                          struct problem *p)
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
	uint64_t known = plan_device_end(in);
	enum err e = add_undescribed(plan, in->memory, known, p);

	for (size_t i = 0; !e && i < in->device_count; i++)
		e = add_named(plan, in->memory, in->devices[i].base,
		              min_u64(in->devices[i].base + in->devices[i].bytes, plan->device_end), known, p);
	return e;
}
