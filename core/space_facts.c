/* space_facts.c — places in the net for the facts of fault reports: struct space_facts. */
#include "attempt.h"

enum { MEMORY_GROWTH = 256 }; /* entries that the last map may have more than the first */

/* Plan and memory map share one block. */
enum err space_take_facts(struct attempt *a, struct problem *p)
{
	struct space_facts *f = &a->space.facts;
	size_t entries = a->platform.memory.count;
	size_t capacity = plan_bound(entries + a->platform.table_count, a->handoff->cpu_count);
	uint64_t plan_bytes = capacity * sizeof(struct plan_range);

	f->memory_room = entries + MEMORY_GROWTH;
	f->block_bytes = plan_bytes + f->memory_room * sizeof(struct hobnail_memory);
	enum err e = pages_take(a->pages, f->block_bytes, HOBNAIL_MEMORY_NET, &f->block, p);
	if (e)
		return e;
	f->memory = f->block + plan_bytes;
	a->space.plan = (struct plan){ .ranges = pages_at(a->pages, f->block), .capacity = capacity };
	return OK;
}

/* Give memory a place in the net, read-only. With the MMU off it keeps its own, and is read without caches. */
static enum err place(struct attempt *a, paddr phys, uint64_t bytes, unsigned index, vaddr *out, struct problem *p)
{
	struct plan_piece piece = { .phys = phys, .bytes = bytes, .memory = PT_NORMAL, .kind = PLAN_NET_FACTS,
	                            .index = (uint16_t)index, .virt = phys };
	enum err e = a->mode.mmu_off ? handoff_touch(a->handoff, phys, bytes, false, true, p)
	                             : plan_piece(&a->space.plan, a->mode.layout, &piece, p);

	*out = piece.virt;
	return e;
}

enum err space_place_facts(struct attempt *a, struct problem *p)
{
	struct space_facts *f = &a->space.facts;
	const struct span *symbols = &a->kernel.symbols;
	enum err e = place(a, f->block, f->block_bytes, 0, &f->virt, p);

	if (!e && symbols->bytes)
		e = place(a, symbols->base, symbols->bytes, 1, &f->symbols, p);
	if (e || a->mode.mmu_off)
		return e;
	/* The page that it shows first does not matter. */
	struct plan_piece window = { .phys = f->block, .bytes = PAGE_BYTES, .memory = PT_NORMAL,
	                             .kind = PLAN_NET_WINDOW };
	e = plan_piece(&a->space.plan, a->mode.layout, &window, p);
	f->window = window.virt;
	return e;
}

enum err space_open_window(struct attempt *a, struct problem *p)
{
	struct space_facts *f = &a->space.facts;
	struct pt *pt = &a->space.upper;
	struct plan_piece table = { .phys = pt_last_table(pt, f->window), .bytes = PAGE_BYTES, .rights = PT_WRITE,
	                            .memory = PT_NORMAL, .kind = PLAN_NET_WINDOW, .index = 1 };
	enum err e = plan_piece(&a->space.plan, a->mode.layout, &table, p);

	if (!e)
		e = pt_map(pt, table.virt, table.phys, PAGE_BYTES, PT_WRITE | PT_GLOBAL, PT_NORMAL, p);
	if (!e)
		f->window_leaf = table.virt + (f->window >> PAGE_SHIFT & (PT_ENTRIES - 1)) * sizeof(uint64_t);
	return e;
}
