#include "plan.h"

#include <string.h>

const struct plan_layout plan_x86_64_4 = {
	.format = &pt_x86_64_4, .base = 0xffff800000000000, .slots = 256, .first_index = 256, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 47,
};
const struct plan_layout plan_x86_64_5 = {
	.format = &pt_x86_64_5, .base = 0xff00000000000000, .slots = 256, .first_index = 256, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 47, /* as with 4 levels: one rule for kernels */
};
const struct plan_layout plan_aarch64 = {
	.format = &pt_aarch64, .base = 0xffff000000000000, .slots = 512, .first_index = 0, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 48, .two_roots = true,
};
const struct plan_layout plan_aarch64_el2 = {
	.format = &pt_aarch64_el2, .base = 0, .slots = 512, .first_index = 0, .direct_slot = 256,
	.top = 0, .low_limit = 1ull << 48,
};
const struct plan_layout plan_riscv_sv39 = {
	.format = &pt_riscv_sv39, .base = 0xffffffc000000000, .slots = 256, .first_index = 256, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 38,
};
const struct plan_layout plan_riscv_sv48 = {
	.format = &pt_riscv_sv48, .base = 0xffff800000000000, .slots = 256, .first_index = 256, .direct_slot = 0,
	.top = 0xffffffff80000000, .low_limit = 1ull << 47,
};

static uint64_t slot_bytes(const struct plan_layout *layout)
{
	return (uint64_t)PAGE_BYTES << (PT_INDEX_BITS * (layout->format->levels - 1));
}

static unsigned slot_of(const struct plan_layout *layout, vaddr va)
{
	return (unsigned)((va - layout->base) / slot_bytes(layout));
}

static vaddr slot_address(const struct plan_layout *layout, unsigned slot)
{
	return layout->base + slot * slot_bytes(layout);
}

/* ---- Segments ------------------------------------------------------------------------------------------ */

static enum err segment_check(const struct plan_layout *layout, const struct plan_segment *s, uint32_t index, struct problem *p)
{
	if (s->virt < layout->low_limit && s->bytes <= layout->low_limit - s->virt)
		return OK;
	if (!layout->top)
		return problem_at(p, ERR_PLAN_ONE_RANGE, 0, s->virt, s->bytes, index);
	if (s->virt < layout->base || !pt_canonical(layout->format, s->virt))
		return problem_at(p, ERR_PLAN_CANONICAL, 0, s->virt, s->bytes, index);
	return OK;
}

enum err plan_segments(const struct plan_layout *layout, const struct elf_file *file, const struct elf_layout *elf,
                       bool mmu_off, struct plan_segment *out, uint64_t *slide, struct problem *p)
{
	uint64_t move = 0;

	if (file->position_independent && layout->top && !mmu_off)
		move = layout->top - align_down(elf->segments[0].virt, ELF_MAX_ALIGNMENT);
	for (unsigned i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *s = &elf->segments[i];
		struct plan_segment placed = { .virt = s->virt + move, .bytes = s->memory_bytes, .rights = s->rights };

		if (mmu_off) { /* runs where it lies */
			if (!file->position_independent && !range_within(s->phys, s->memory_bytes, 1ull << 48))
				return problem_at(p, ERR_PLAN_MMU_OFF_HIGH, 0, s->phys, 0, s->index);
			placed.low = !file->position_independent;
		} else {
			enum err e = segment_check(layout, &placed, s->index, p);
			if (e)
				return e;
			placed.low = !file->position_independent && placed.virt < layout->low_limit;
		}
		out[i] = placed;
	}
	*slide = move;
	return OK;
}

/* ---- The list ------------------------------------------------------------------------------------------ */

/* Index of the first range that ends above va. */
static size_t range_after(const struct plan *plan, vaddr va)
{
	size_t low = 0, high = plan->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct plan_range *r = &plan->ranges[middle];
		if (r->va + (r->bytes - 1) < va)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum err add(struct plan *plan, const struct plan_range *new, struct problem *p)
{
	size_t at = range_after(plan, new->va);
	struct plan_range *next = &plan->ranges[at];

	if (at < plan->count && ranges_overlap(new->va, new->bytes, next->va, next->bytes))
		return problem_at(p, ERR_PLAN_OVERLAP, 0, max_u64(new->va, next->va), new->kind, next->kind);
	if (plan->count == plan->capacity)
		return problem_at(p, ERR_FULL, 0, plan->capacity, 0, 0);
	memmove(next + 1, next, (plan->count - at) * sizeof *next);
	*next = *new;
	plan->count++;
	return OK;
}

/* Add what of the range is not already mapped to the very same physical memory. */
static enum err add_around(struct plan *plan, struct plan_range new, struct problem *p)
{
	while (new.bytes) {
		size_t at = range_after(plan, new.va);
		const struct plan_range *next = &plan->ranges[at];
		bool meets = at < plan->count && next->va - new.va < new.bytes && next->va >= new.va;
		bool inside = at < plan->count && next->va < new.va;
		uint64_t skip = 0, part = meets ? next->va - new.va : inside ? 0 : new.bytes;

		if (meets || inside) {
			if (next->va - next->pa != new.va - new.pa)
				return problem_at(p, ERR_PLAN_OVERLAP, 0, max_u64(new.va, next->va), new.kind, next->kind);
			skip = min_u64(next->va + next->bytes, new.va + new.bytes) - (new.va + part);
		}
		if (part) {
			struct plan_range piece = new;
			piece.bytes = part;
			enum err e = add(plan, &piece, p);
			if (e)
				return e;
		}
		new.va += part + skip;
		new.pa += part + skip;
		new.bytes -= part + skip;
	}
	return OK;
}

static enum err add_segments(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	for (unsigned i = 0; i < in->segment_count; i++) {
		const struct plan_segment *s = &in->segments[i];
		uint64_t lead = s->virt % PAGE_BYTES;
		struct plan_range r = {
			.va = s->virt - lead, .pa = s->phys - lead, .bytes = align_up(lead + s->bytes, PAGE_BYTES),
			.rights = (s->rights & ELF_WRITE ? PT_WRITE : 0) | (s->rights & ELF_EXECUTE ? PT_EXECUTE : 0) |
			          (s->low ? 0 : PT_GLOBAL),
			.memory = PT_NORMAL, .kind = PLAN_SEGMENT, .index = (uint8_t)i,
		};
		/* Two segments of the same rights may share a page. */
		struct plan_range *last = plan->count ? &plan->ranges[plan->count - 1] : NULL;
		if (last && r.va < last->va + last->bytes && r.va >= last->va && r.rights == last->rights &&
		    r.va - r.pa == last->va - last->pa) {
			uint64_t shared = last->va + last->bytes - r.va;
			if (shared >= r.bytes)
				continue;
			r.va += shared;
			r.pa += shared;
			r.bytes -= shared;
		}
		enum err e = add(plan, &r, p);
		if (e)
			return e;
	}
	return OK;
}

/* ---- Slots --------------------------------------------------------------------------------------------- */

struct slots {
	uint64_t used[8]; /* one bit a slot */
};

static void slot_take(struct slots *s, unsigned slot)
{
	if (slot < 512)
		s->used[slot / 64] |= 1ull << slot % 64;
}

static bool slot_taken(const struct slots *s, unsigned slot)
{
	return s->used[slot / 64] >> slot % 64 & 1;
}

static void slots_take(struct slots *s, const struct plan_layout *layout, vaddr va, uint64_t bytes)
{
	if (va < layout->base || !bytes)
		return;
	for (unsigned i = slot_of(layout, va); i <= slot_of(layout, va + (bytes - 1)) && i < layout->slots; i++)
		slot_take(s, i);
}

static bool slots_free(const struct slots *s, const struct plan_layout *layout, unsigned first, unsigned count)
{
	if (count > layout->slots || first > layout->slots - count)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (slot_taken(s, first + i))
			return false;
	return true;
}

/* The lowest free run of `count` slots from `first` on, wrapping once; layout->slots: none. */
static unsigned slots_find(const struct slots *s, const struct plan_layout *layout, unsigned first, unsigned count)
{
	for (unsigned i = 0; i < layout->slots; i++) {
		unsigned slot = (first + i) % layout->slots;
		if (slots_free(s, layout, slot, count))
			return slot;
	}
	return layout->slots;
}

/* Base of a map of `bytes`: as requested, or the first free run from the default slot on. */
static enum err place_map(struct slots *slots, const struct plan_layout *layout, const struct request *asked, uint64_t bytes,
                          vaddr *out, struct problem *p)
{
	unsigned count = (unsigned)((bytes - 1) / slot_bytes(layout)) + 1;
	unsigned slot;

	if (asked->asked) {
		if (!is_aligned(asked->value, slot_bytes(layout)) || asked->value < layout->base ||
		    !pt_canonical(layout->format, asked->value))
			return problem_at(p, ERR_PLAN_BASE, 0, asked->value, slot_bytes(layout), 0);
		slot = slot_of(layout, asked->value);
		if (!slots_free(slots, layout, slot, count))
			return problem_at(p, ERR_PLAN_OVERLAP, 0, asked->value, PLAN_DIRECT_MAP, PLAN_SEGMENT);
	} else {
		slot = slots_find(slots, layout, layout->direct_slot, count);
		if (slot == layout->slots)
			return problem_at(p, ERR_PLAN_NO_SLOT, 0, bytes, 0, 0);
	}
	for (unsigned i = 0; i < count; i++)
		slot_take(slots, slot + i);
	*out = slot_address(layout, slot);
	return OK;
}

/* The net takes the highest free slot below the last two. */
static enum err place_net(struct plan *plan, struct slots *slots, const struct plan_layout *layout, struct problem *p)
{
	for (unsigned slot = layout->slots - 2; slot-- > 0;) {
		if (slot_taken(slots, slot))
			continue;
		slot_take(slots, slot);
		plan->net_base = slot_address(layout, slot);
		plan->net_index = layout->first_index + slot;
		plan->net_next = plan->net_base + PAGE_BYTES;
		plan->stack_next = plan->net_base + PLAN_NET_BYTES;
		return OK;
	}
	return problem_at(p, ERR_PLAN_NO_SLOT, 0, slot_bytes(layout), 0, 0);
}

/* ---- Maps of physical memory --------------------------------------------------------------------------- */

static uint64_t memory_end(const struct memmap *m)
{
	uint64_t end = GIB(4);

	for (size_t i = 0; i < m->count; i++)
		if (memmap_in_direct_map(&m->entries[i]))
			end = max_u64(end, m->entries[i].base + m->entries[i].bytes);
	return end;
}

/* Map [base, base + bytes) at base + offset, without the ranges to avoid. */
static enum err add_ram(struct plan *plan, const struct plan_input *in, uint64_t base, uint64_t bytes, uint64_t offset,
                        enum plan_kind kind, struct problem *p)
{
	while (bytes) {
		uint64_t part = bytes, skip = 0;

		for (unsigned i = 0; i < in->avoid_count; i++) {
			uint64_t from = align_down(in->avoid[i].phys, PAGE_BYTES);
			uint64_t to = align_up(in->avoid[i].phys + in->avoid[i].bytes, PAGE_BYTES);
			if (base >= from && base < to) {
				part = 0;
				skip = min_u64(bytes, to - base);
			} else if (from > base && from - base < part) {
				part = from - base;
				skip = 0;
			}
		}
		if (part) {
			struct plan_range r = { .va = base + offset, .pa = base, .bytes = part, .memory = PT_NORMAL,
			                        .rights = PT_WRITE | (kind == PLAN_DIRECT_MAP ? PT_GLOBAL : 0),
			                        .kind = (uint8_t)kind };
			enum err e = kind == PLAN_IDENTITY_MAP ? add_around(plan, r, p) : add(plan, &r, p);
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

static bool is_device(const struct hobnail_memory *entry)
{
	return entry->type == HOBNAIL_MEMORY_MMIO;
}

static enum err add_device(struct plan *plan, uint64_t from, uint64_t to, struct problem *p)
{
	struct plan_range r = { .va = from + plan->device_map, .pa = from, .bytes = to - from,
	                        .rights = PT_WRITE | PT_GLOBAL, .memory = PT_DEVICE, .kind = PLAN_DEVICE_MAP };

	return from < to ? add(plan, &r, p) : OK;
}

/* Device registers and what no entry of the map describes. */
static enum err add_devices(struct plan *plan, const struct plan_input *in, uint64_t end, struct problem *p)
{
	const struct memmap *m = in->memory;
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

static uint64_t device_end(const struct memmap *m)
{
	uint64_t end = memory_end(m);

	for (size_t i = 0; i < m->count; i++)
		if (is_device(&m->entries[i]))
			end = max_u64(end, m->entries[i].base + m->entries[i].bytes);
	return end;
}

static enum err add_device_map(struct plan *plan, const struct plan_input *in, struct slots *slots, struct problem *p)
{
	const struct request *asked = &in->requests->of[HOBNAIL_REQUEST_DEVICE_MAP];
	uint64_t end = device_end(in->memory);

	if (!asked->asked)
		return OK;
	enum err e = place_map(slots, in->layout, asked, end, &plan->device_map, p);
	if (e)
		return e;
	plan->has_device_map = true;
	return add_devices(plan, in, end, p);
}

enum err plan_make(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	const struct plan_layout *layout = in->layout;
	const struct request *recursive = &in->requests->of[HOBNAIL_REQUEST_RECURSIVE];
	struct slots slots = { { 0 } };
	uint64_t end = memory_end(in->memory);

	plan->count = 0;
	plan->has_device_map = false;
	enum err e = add_segments(plan, in, p);
	for (unsigned i = 0; !e && i < in->segment_count; i++)
		slots_take(&slots, layout, in->segments[i].virt, in->segments[i].bytes);
	if (!e && recursive->asked) {
		unsigned slot = (unsigned)recursive->value - layout->first_index;
		if (slot >= layout->slots || slot_taken(&slots, slot))
			return problem_at(p, ERR_PLAN_SLOT, 0, recursive->value, slot_address(layout, slot), 0);
		slot_take(&slots, slot);
	}
	if (!e && in->requests->of[HOBNAIL_REQUEST_IDENTITY_MAP].asked && !layout->base)
		slots_take(&slots, layout, 0, end);
	if (!e && in->requests->of[HOBNAIL_REQUEST_IDENTITY_MAP].asked)
		e = add_all_ram(plan, in, 0, PLAN_IDENTITY_MAP, p);
	if (!e)
		e = place_map(&slots, layout, &in->requests->of[HOBNAIL_REQUEST_DIRECT_MAP], end, &plan->direct_map, p);
	if (!e)
		e = add_all_ram(plan, in, plan->direct_map, PLAN_DIRECT_MAP, p);
	if (!e)
		e = add_device_map(plan, in, &slots, p);
	if (!e)
		e = place_net(plan, &slots, layout, p);
	return e;
}

/* ---- Net and stacks ------------------------------------------------------------------------------------ */

enum err plan_piece(struct plan *plan, const struct plan_layout *layout, struct plan_piece *piece, struct problem *p)
{
	vaddr *next = piece->kind == PLAN_STACK ? &plan->stack_next : &plan->net_next;
	uint64_t lead = piece->phys % PAGE_BYTES;
	uint64_t bytes = align_up(lead + piece->bytes, PAGE_BYTES);
	/* Large pieces begin as their memory does, so that large pages fit. */
	uint64_t alignment = bytes >= MIB(2) ? MIB(2) : PAGE_BYTES;
	vaddr va = align_up(*next, alignment) + (piece->phys - lead) % alignment;
	struct plan_range r = { .va = va, .pa = piece->phys - lead, .bytes = bytes, .rights = (uint8_t)(piece->rights | PT_GLOBAL),
	                        .memory = (uint8_t)piece->memory, .kind = (uint8_t)piece->kind, .index = (uint8_t)piece->index };

	(void)layout;
	enum err e = add(plan, &r, p);
	if (e)
		return e;
	piece->virt = va + lead;
	*next = va + bytes + PAGE_BYTES; /* a guard page, never mapped */
	return OK;
}

size_t plan_bound(size_t memory_entries)
{
	return 4 * memory_entries + 4 * ELF_MAX_SEGMENTS + 64;
}

const char *plan_kind_name(enum plan_kind kind)
{
	static const char *const names[PLAN_KINDS] = {
		[PLAN_SEGMENT] = "kernel segment",   [PLAN_DIRECT_MAP] = "direct map",  [PLAN_IDENTITY_MAP] = "identity map",
		[PLAN_DEVICE_MAP] = "device map",    [PLAN_STACK] = "boot stack",       [PLAN_NET_IMAGE] = "net code and data",
		[PLAN_NET_STACK] = "net stack",      [PLAN_CONSOLE] = "debug console",  [PLAN_FRAMEBUFFER] = "framebuffer",
	};

	return (unsigned)kind < PLAN_KINDS ? names[kind] : "?";
}
