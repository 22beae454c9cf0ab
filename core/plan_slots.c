#include "plan_internal.h"

/* ---- Slots --------------------------------------------------------------------------------------------- */

struct slots {
	uint64_t used[8]; /* one bit a slot */
};

static unsigned slot_of(const struct plan_layout *layout, vaddr va)
{
	return (unsigned)((va - layout->base) / plan_slot_bytes(layout));
}

static vaddr slot_address(const struct plan_layout *layout, unsigned slot)
{
	return layout->base + slot * plan_slot_bytes(layout);
}

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

/* The first slot of a map of `count` slots at the requested base. */
static enum err requested_slot(const struct slots *s, const struct plan_layout *layout, vaddr base, uint64_t count,
                               unsigned *out, struct problem *p)
{
	if (!is_aligned(base, plan_slot_bytes(layout)) || base < layout->base || !pt_canonical(layout->format, base))
		return problem(p, ERR_PLAN_BASE, base, plan_slot_bytes(layout));
	unsigned slot = slot_of(layout, base);
	if (count > layout->slots - slot)
		return problem(p, ERR_PLAN_BASE_HIGH, base, count, layout->slots - slot);
	unsigned taken = first_taken(s, slot, (unsigned)count);
	if (taken != slot + count)
		return problem(p, ERR_PLAN_BASE_TAKEN, base, slot_address(layout, taken));
	*out = slot;
	return OK;
}

/* Base of a map of `bytes`: as requested, or the first free run from the default slot on. */
static enum err place_map(struct slots *slots, const struct plan_layout *layout, const struct want_map *want,
                          uint64_t bytes, vaddr *out, struct problem *p)
{
	uint64_t count = (bytes - 1) / plan_slot_bytes(layout) + 1;
	unsigned slot = layout->slots;
	enum err e = OK;

	if (want->base)
		e = requested_slot(slots, layout, want->base, count, &slot, p);
	else
		slot = slots_find(slots, layout, layout->direct_slot, count);
	if (e)
		return e;
	if (slot == layout->slots)
		return problem(p, ERR_PLAN_NO_SLOT, bytes);
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
		plan->net_bytes = min_u64(PLAN_NET_BYTES, plan_slot_bytes(layout) / 2);
		plan->net_next = plan->net_base + PAGE_BYTES;
		plan->stack_next = plan->net_base + plan->net_bytes;
		return OK;
	}
	return problem(p, ERR_PLAN_NO_SLOT, plan_slot_bytes(layout));
}

/* ---- What gets which ----------------------------------------------------------------------------------- */

static enum err take_recursive(struct slots *slots, const struct plan_input *in, struct problem *p)
{
	const struct plan_layout *layout = in->layout;
	uint64_t index = in->wants->recursive_slot, slot = index - layout->first_index;

	if (!index)
		return OK;
	if (slot >= layout->slots)
		return problem(p, ERR_PLAN_SLOT_INDEX, index, layout->first_index,
		               layout->first_index + layout->slots - 1);
	if (slot_taken(slots, (unsigned)slot))
		return problem(p, ERR_PLAN_SLOT, index, slot_address(layout, (unsigned)slot));
	slot_take(slots, (unsigned)slot);
	return OK;
}

/* Mark the slots that are taken before any map is placed: segments, the recursive slot, and the identity map where it
 * lies in the only range there is. */
static enum err take_fixed(struct slots *slots, const struct plan_input *in, struct problem *p)
{
	const struct plan_layout *layout = in->layout;
	uint64_t end = plan_memory_end(in);

	for (unsigned i = 0; i < in->segment_count; i++)
		slots_take(slots, layout, in->segments[i].run, in->segments[i].memory_bytes);
	enum err e = take_recursive(slots, in, p);
	if (e || !plan_wants_identity(in))
		return e;
	if (end > layout->format->lower_bytes)
		return problem(p, ERR_PLAN_IDENTITY, end, layout->format->lower_bytes);
	if (!layout->base)
		slots_take(slots, layout, 0, end);
	return OK;
}

/* A map with a requested base is placed before one that may move; the net gets one of the slots that are left. */
static enum err place_maps(struct plan *plan, struct slots slots, const struct plan_input *in, struct problem *p)
{
	const struct want_map *direct = &in->wants->maps[WANT_DIRECT_MAP], *device = &in->wants->maps[WANT_DEVICE_MAP];
	enum err e = OK;

	if (device->asked)
		e = place_map(&slots, in->layout, device, plan->device_end, &plan->device_map, p);
	if (!e)
		e = place_map(&slots, in->layout, direct, plan_memory_end(in), &plan->direct_map, p);
	if (!e)
		e = place_net(plan, &slots, in->layout, p);
	return e;
}

/* Devices that tables name must not make a boot fail: without room for all of them, the device map has only the slots
 * that it needs anyway. */
enum err plan_place(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	uint64_t named = plan_named_end(in), needed = plan_device_end(in);
	struct slots slots = { { 0 } };
	enum err e = take_fixed(&slots, in, p);

	plan->has_device_map = in->wants->maps[WANT_DEVICE_MAP].asked;
	plan->device_map = 0;
	plan->device_end = named;
	if (e)
		return e;
	e = place_maps(plan, slots, in, p);
	needed = max_u64(needed, align_up(needed, plan_slot_bytes(in->layout)));
	if (!e || !plan->has_device_map || named <= needed)
		return e;
	plan->device_end = needed;
	return place_maps(plan, slots, in, p);
}
