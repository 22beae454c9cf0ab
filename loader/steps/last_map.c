/* last_map.c — the last memory map: the firmware's, with the ledger over it, checked against the survey that the
 * address space was made from. All of this runs between GetMemoryMap and ExitBootServices: it calls no firmware. */
#include "after/net.h"
#include "protocol/protocol.h"
#include "sabotage.h"

/* Give one of the loader's ranges its type. The map must call it the kind of memory that was asked for. */
static enum err overlay(struct memmap *m, const struct claim *c, struct problem *p)
{
	paddr bad;

	if (!memmap_all(m, c->base, c->bytes, memmap_is_ours, &bad))
		return problem(p, ERR_MAP_LACKS, bad);
	return memmap_set(m, c->base, c->bytes, c->type, p);
}

static bool is_free_or_kernel(const struct hobnail_memory *entry)
{
	return memmap_is_free(entry) || entry->type == HOBNAIL_MEMORY_KERNEL;
}

/* A destination was free when the kernel was placed. It must still become free: firmware may have taken part of it. */
static enum err overlay_destination(const struct elf_layout *layout, struct memmap *m, const struct handoff_move *move,
                                    struct problem *p)
{
	paddr bad;

	if (memmap_all(m, move->to, move->bytes, is_free_or_kernel, &bad))
		return memmap_set(m, move->to, move->bytes, HOBNAIL_MEMORY_KERNEL, p);
	const struct hobnail_memory *entry = memmap_find(m, bad);
	return problem(p, ERR_DESTINATION_TYPE, bad, entry ? entry->type : 0, elf_segment_in_page(layout, bad));
}

/* The address space was made from the survey. Firmware may have allocated and freed since, which changes nothing
 * unless a page has become RAM for the kernel, or has ceased to be that. */
static enum err check_survey(const struct memmap *survey, const struct memmap *now, struct problem *p)
{
	const struct memmap *maps[] = { survey, now };
	paddr changed;

	for (unsigned k = 0; k < 2; k++)
		for (size_t i = 0; i < maps[k]->count; i++) {
			const struct hobnail_memory *e = &maps[k]->entries[i];
			if (memmap_in_direct_map(e) &&
			    !memmap_all(maps[!k], e->base, e->bytes, memmap_in_direct_map, &changed))
				return problem(p, ERR_MAP_CHANGED, changed);
		}
	return OK;
}

static enum err overlay_all(const struct attempt *a, struct memmap *m, struct problem *p)
{
	const struct ledger *ledger = a->pages->ledger;
	const struct memmap *survey = &a->platform.memory;
	const struct hobnail_framebuffer *fb = &a->platform.framebuffer;
	enum err e = OK;

	for (unsigned i = 0; !e && i < ledger->count; i++)
		if (ledger->claims[i].type != HOBNAIL_MEMORY_USABLE)
			e = overlay(m, &ledger->claims[i], p);
	for (unsigned i = 0; !e && i < a->handoff->move_count; i++)
		e = overlay_destination(&a->kernel.layout, m, &a->handoff->moves[i], p);
	/* Tables in memory that would become free: U-Boot and EDK2 keep the device tree there. */
	for (size_t i = 0; !e && i < survey->count; i++)
		if (survey->entries[i].type == HOBNAIL_MEMORY_ACPI_RECLAIM)
			e = memmap_set_free(m, survey->entries[i].base, survey->entries[i].bytes,
			                    HOBNAIL_MEMORY_ACPI_RECLAIM, p);
	if (!e && a->platform.has_framebuffer)
		e = memmap_set_free(m, fb->phys, fb->bytes, HOBNAIL_MEMORY_RESERVED, p);
	return e;
}

static bool is_kept(const struct hobnail_memory *entry)
{
	return !memmap_is_free(entry);
}

/* A kernel may reuse at once all memory that the map calls usable: nothing of ours may be there. */
static enum err check_kept(const struct ledger *ledger, const struct memmap *m, struct problem *p)
{
	for (unsigned i = 0; i < ledger->count; i++) {
		const struct claim *c = &ledger->claims[i];
		paddr bad;
		if (c->type != HOBNAIL_MEMORY_USABLE && !memmap_all(m, c->base, c->bytes, is_kept, &bad))
			return problem(p, ERR_MAP_USABLE, bad);
	}
	return OK;
}

uint64_t last_map_room(const struct boot *b)
{
	return memmap_bound(b->last_map_descriptors) + 2 * LEDGER_MAX;
}

enum err last_map_make_room(struct boot *b, struct problem *p)
{
	paddr at;

	b->last_map_stride = b->fw.map.descriptor_bytes;
	b->last_map_descriptors = b->fw.map.capacity / b->last_map_stride;
	uint64_t room = last_map_room(b);
	enum err e = pages_take(&b->pages, room * sizeof(struct hobnail_memory), HOBNAIL_MEMORY_USABLE, &at, p);
	if (!e)
		b->last_map = (struct memmap){ memory_at(at), 0, room };
	return e;
}

enum err last_map(void *boot, const struct uefi_map *map, uint32_t version, struct problem *p)
{
	struct boot *b = boot;
	const struct attempt *a = &b->attempt;
	struct memmap *m = &b->last_map;
	uint64_t descriptors = map->bytes / b->last_map_stride;

	if (descriptors > b->last_map_descriptors || map->descriptor_bytes != b->last_map_stride)
		return problem(p, ERR_RECORD_FULL, descriptors, b->last_map_descriptors);
	m->count = 0;
	enum err e = memmap_from_uefi(m, map, p);
	if (!e && !a->mode.mmu_off)
		e = check_survey(&a->platform.memory, m, p);
	if (!e)
		e = overlay_all(a, m, p);
	if (!e)
		e = memmap_check(m, p);
	if (!e)
		e = check_kept(a->pages->ledger, m, p);
	if (e)
		return e;
	sabotage_map(b, m);
	net_facts_memory(m);
	return protocols[handoff.protocol]->last_map(b, map, version, p);
}
