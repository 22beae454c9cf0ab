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

/* A static kernel's segment, where it is linked. */
static enum err check_static(const struct plan_layout *layout, const struct elf_segment *s, struct problem *p)
{
	if (range_within(s->virt, s->memory_bytes, layout->low_limit)) {
		if (s->phys % PAGE_BYTES != s->virt % PAGE_BYTES)
			return problem_at(p, ERR_PLAN_PAGE_OFFSET, 0, s->virt, s->phys, s->index);
		return OK;
	}
	if (!layout->top)
		return problem_at(p, ERR_PLAN_ONE_RANGE, 0, s->virt, s->memory_bytes, s->index);
	if (s->virt < layout->base || !sum_fits(s->virt, s->memory_bytes - 1))
		return problem_at(p, ERR_PLAN_CANONICAL, 0, s->virt, s->memory_bytes, s->index);
	return OK;
}

/* A position-independent kernel's segment, `start` being the first one's address rounded down. As in a static kernel,
 * the last page of the address space stays free. */
static enum err check_movable(const struct plan_layout *layout, const struct elf_segment *s, vaddr start, struct problem *p)
{
	uint64_t room = 0 - layout->top - PAGE_BYTES;

	if (!range_within(s->virt - start, s->memory_bytes, room))
		return problem_at(p, ERR_PLAN_TOO_LARGE, 0, s->virt - start, room, s->index);
	return OK;
}

/* With the MMU off a static kernel runs at its physical addresses. */
static enum err check_physical(const struct elf_segment *s, struct problem *p)
{
	if (!range_within(s->phys, s->memory_bytes, 1ull << 48))
		return problem_at(p, ERR_PLAN_MMU_OFF_HIGH, 0, s->phys, s->memory_bytes, s->index);
	return OK;
}

enum err plan_segments(const struct plan_layout *layout, const struct elf_file *file, const struct elf_layout *elf,
                       bool mmu_off, struct plan_segment *out, uint64_t *slide, struct problem *p)
{
	bool fixed = !file->position_independent;
	bool moves = !fixed && layout->top && !mmu_off;
	vaddr start = align_down(elf->segments[0].virt, ELF_MAX_ALIGNMENT);
	uint64_t move = moves ? layout->top - start : 0;

	for (unsigned i = 0; i < elf->segment_count; i++) {
		const struct elf_segment *s = &elf->segments[i];
		enum err e = OK;

		if (moves)
			e = check_movable(layout, s, start, p);
		else if (fixed)
			e = mmu_off ? check_physical(s, p) : check_static(layout, s, p);
		if (e)
			return e;
		out[i] = (struct plan_segment){ .virt = s->virt + move, .bytes = s->memory_bytes, .rights = s->rights,
		                                .low = fixed && (mmu_off || s->virt < layout->low_limit) };
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
			skip = min_u64(next->va - new.va + next->bytes, new.bytes) - part;
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
			.memory = PT_NORMAL, .kind = PLAN_SEGMENT, .index = (uint16_t)i,
		};
		/* Two segments of the same rights may share a page. */
		struct plan_range *last = plan->count ? &plan->ranges[plan->count - 1] : NULL;
		if (last && r.va >= last->va && r.va - last->va < last->bytes && r.rights == last->rights &&
		    r.va - r.pa == last->va - last->pa) {
			uint64_t shared = last->bytes - (r.va - last->va);
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

/* The first slot of the run that is taken; first + count: none is. */
static unsigned first_taken(const struct slots *s, unsigned first, unsigned count)
{
	unsigned slot = first;

	while (slot < first + count && !slot_taken(s, slot))
		slot++;
	return slot;
}

/* The lowest free run of `count` slots from `first` on, wrapping once; layout->slots: none. */
static unsigned slots_find(const struct slots *s, const struct plan_layout *layout, unsigned first, uint64_t count)
{
	for (unsigned i = 0; i < layout->slots; i++) {
		unsigned slot = (first + i) % layout->slots;
		if (count <= layout->slots - slot && first_taken(s, slot, (unsigned)count) == slot + count)
			return slot;
	}
	return layout->slots;
}

/* Where a request wants a map of `count` slots. */
static enum err requested_slot(const struct slots *s, const struct plan_layout *layout, vaddr base, uint64_t count,
                               unsigned *out, struct problem *p)
{
	if (!is_aligned(base, slot_bytes(layout)) || base < layout->base || !pt_canonical(layout->format, base))
		return problem_at(p, ERR_PLAN_BASE, 0, base, slot_bytes(layout), 0);
	unsigned slot = slot_of(layout, base);
	if (count > layout->slots - slot)
		return problem_at(p, ERR_PLAN_BASE_HIGH, 0, base, count, layout->slots - slot);
	unsigned taken = first_taken(s, slot, (unsigned)count);
	if (taken != slot + count)
		return problem_at(p, ERR_PLAN_BASE_TAKEN, 0, base, slot_address(layout, taken), 0);
	*out = slot;
	return OK;
}

/* Base of a map of `bytes`: as requested, or the first free run from the default slot on. */
static enum err place_map(struct slots *slots, const struct plan_layout *layout, const struct request *asked, uint64_t bytes,
                          vaddr *out, struct problem *p)
{
	uint64_t count = (bytes - 1) / slot_bytes(layout) + 1;
	unsigned slot = layout->slots;
	enum err e = OK;

	if (asked->asked)
		e = requested_slot(slots, layout, asked->value, count, &slot, p);
	else
		slot = slots_find(slots, layout, layout->direct_slot, count);
	if (e)
		return e;
	if (slot == layout->slots)
		return problem_at(p, ERR_PLAN_NO_SLOT, 0, bytes, 0, 0);
	for (unsigned i = 0; i < count; i++)
		slot_take(slots, slot + i);
	*out = slot_address(layout, slot);
	return OK;
}

/* The net takes the highest free slot below the last two, which may be the kernel's: Sv39 has slots of 1 GiB. */
static enum err place_net(struct plan *plan, struct slots *slots, const struct plan_layout *layout, struct problem *p)
{
	for (unsigned slot = layout->slots - 2; slot-- > 0;) {
		if (slot_taken(slots, slot))
			continue;
		slot_take(slots, slot);
		plan->net_base = slot_address(layout, slot);
		plan->net_index = layout->first_index + slot;
		plan->net_bytes = min_u64(PLAN_NET_BYTES, slot_bytes(layout) / 2);
		plan->net_next = plan->net_base + PAGE_BYTES;
		plan->stack_next = plan->net_base + plan->net_bytes;
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

/* ---- The plan ------------------------------------------------------------------------------------------ */

static enum err take_recursive(struct slots *slots, const struct plan_input *in, struct problem *p)
{
	const struct plan_layout *layout = in->layout;
	const struct request *asked = &in->requests->of[HOBNAIL_REQUEST_RECURSIVE];
	uint64_t slot = asked->value - layout->first_index;

	if (!asked->asked)
		return OK;
	if (slot >= layout->slots)
		return problem_at(p, ERR_PLAN_SLOT_INDEX, 0, asked->value, layout->first_index, layout->first_index + layout->slots - 1);
	if (slot_taken(slots, (unsigned)slot))
		return problem_at(p, ERR_PLAN_SLOT, 0, asked->value, slot_address(layout, (unsigned)slot), 0);
	slot_take(slots, (unsigned)slot);
	return OK;
}

/* What is already decided before any map is placed: segments, the recursive slot, and the identity map where it lies
 * in the only range there is. */
static enum err take_fixed(struct slots *slots, const struct plan_input *in, struct problem *p)
{
	const struct plan_layout *layout = in->layout;
	const struct request *identity = &in->requests->of[HOBNAIL_REQUEST_IDENTITY_MAP];
	uint64_t end = memory_end(in->memory);

	for (unsigned i = 0; i < in->segment_count; i++)
		slots_take(slots, layout, in->segments[i].virt, in->segments[i].bytes);
	enum err e = take_recursive(slots, in, p);
	if (e || !identity->asked || !identity->value)
		return e;
	if (end > layout->format->lower_bytes)
		return problem_at(p, ERR_PLAN_IDENTITY, 0, end, layout->format->lower_bytes, 0);
	if (!layout->base)
		slots_take(slots, layout, 0, end);
	return OK;
}

/* A base that was asked for comes before the one that is free to move; the net takes what is left. */
static enum err place_all(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	const struct request *direct = &in->requests->of[HOBNAIL_REQUEST_DIRECT_MAP];
	const struct request *device = &in->requests->of[HOBNAIL_REQUEST_DEVICE_MAP];
	struct slots slots = { { 0 } };
	enum err e = take_fixed(&slots, in, p);

	plan->has_device_map = device->asked;
	plan->device_map = 0;
	if (!e && device->asked)
		e = place_map(&slots, in->layout, device, device_end(in->memory), &plan->device_map, p);
	if (!e)
		e = place_map(&slots, in->layout, direct, memory_end(in->memory), &plan->direct_map, p);
	if (!e)
		e = place_net(plan, &slots, in->layout, p);
	return e;
}

enum err plan_make(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	const struct request *identity = &in->requests->of[HOBNAIL_REQUEST_IDENTITY_MAP];

	plan->count = 0;
	enum err e = place_all(plan, in, p);
	if (!e)
		e = add_segments(plan, in, p);
	if (!e && identity->asked && identity->value)
		e = add_all_ram(plan, in, 0, PLAN_IDENTITY_MAP, p);
	if (!e)
		e = add_all_ram(plan, in, plan->direct_map, PLAN_DIRECT_MAP, p);
	if (!e && plan->has_device_map)
		e = add_devices(plan, in, device_end(in->memory), p);
	return e;
}

/* ---- Net and stacks ------------------------------------------------------------------------------------ */

/* The lowest address from `next` on for a piece whose pages begin at `page`. Large ones begin as their memory does, so
 * that large pages fit; but the net's image keeps the shape in which it was linked. */
static vaddr piece_address(vaddr next, const struct plan_piece *piece, paddr page, uint64_t bytes)
{
	uint64_t alignment = bytes >= MIB(2) && piece->kind != PLAN_NET_IMAGE ? MIB(2) : PAGE_BYTES;

	return next + ((page - next) & (alignment - 1));
}

enum err plan_piece(struct plan *plan, const struct plan_layout *layout, struct plan_piece *piece, struct problem *p)
{
	bool is_stack = piece->kind == PLAN_STACK;
	vaddr *next = is_stack ? &plan->stack_next : &plan->net_next;
	uint64_t end = is_stack ? slot_bytes(layout) : plan->net_bytes; /* counted from net_base */
	uint64_t lead = piece->phys % PAGE_BYTES;

	if (!piece->bytes || !sum_fits(piece->phys, piece->bytes - 1))
		return problem_at(p, ERR_RANGE, 0, piece->phys, piece->bytes, 0);
	if (piece->bytes > end)
		return problem_at(p, ERR_PLAN_NET_FULL, 0, piece->bytes, plan->net_base, 0);
	uint64_t bytes = align_up(lead + piece->bytes, PAGE_BYTES);
	vaddr va = piece_address(*next, piece, piece->phys - lead, bytes);
	if (!range_within(va - plan->net_base, bytes + PAGE_BYTES, end)) /* with its guard */
		return problem_at(p, ERR_PLAN_NET_FULL, 0, piece->bytes, plan->net_base, 0);
	struct plan_range r = { .va = va, .pa = piece->phys - lead, .bytes = bytes, .rights = (uint8_t)(piece->rights | PT_GLOBAL),
	                        .memory = (uint8_t)piece->memory, .kind = (uint8_t)piece->kind, .index = (uint16_t)piece->index };
	enum err e = add(plan, &r, p);
	if (e)
		return e;
	piece->virt = va + lead;
	*next = va + bytes + PAGE_BYTES; /* a guard page, never mapped */
	return OK;
}

size_t plan_bound(size_t memory_entries)
{
	/* Direct map and identity map: a range each an entry; device map: the gaps between them. Each range to avoid and
	 * each segment may cut each of them once more. */
	return 3 * memory_entries + 4 * ELF_MAX_SEGMENTS + 64;
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
