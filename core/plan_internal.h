/* plan_internal.h — what the files of the plan share; for everybody else there is plan.h.
 *
 *   plan.c           the layouts, a plan from first to last, pieces of the net
 *   plan_slots.c     which top-level entries belong to what
 *   plan_segments.c  the kernel's segments
 *   plan_maps.c      direct map, identity map, device map
 *   plan_list.c      the sorted list that all of them fill */
#ifndef CORE_PLAN_INTERNAL_H
#define CORE_PLAN_INTERNAL_H

#include "plan.h"

static inline bool plan_wants_identity(const struct plan_input *in)
{
	const struct request *identity = &in->requests->of[HOBNAIL_REQUEST_IDENTITY_MAP];

	return identity->asked && identity->value;
}

static inline uint64_t plan_slot_bytes(const struct plan_layout *layout)
{
	return (uint64_t)PAGE_BYTES << (PT_INDEX_BITS * (layout->format->levels - 1));
}

/* Choose the places of maps and net: fill what follows `capacity` in the plan. ERR_PLAN_NO_SLOT, _BASE, _BASE_HIGH,
 * _BASE_TAKEN, _SLOT, _SLOT_INDEX, _IDENTITY as plan_make() says. */
enum err plan_place(struct plan *plan, const struct plan_input *in, struct problem *p);

/* Add a range. ERR_PLAN_OVERLAP and ERR_FULL as plan_make() says; then the list is unchanged. */
enum err plan_add(struct plan *plan, const struct plan_range *new, struct problem *p);

/* Add what of the range is not already mapped to the very same physical memory. The same errors; what was added before
 * stays. */
enum err plan_add_around(struct plan *plan, struct plan_range new, struct problem *p);

/* Enter the parts of a plan; the errors of plan_add(). The maps lie where plan_place() said. */
enum err plan_add_segments(struct plan *plan, const struct plan_input *in, struct problem *p);
enum err plan_add_identity_map(struct plan *plan, const struct plan_input *in, struct problem *p);
enum err plan_add_direct_map(struct plan *plan, const struct plan_input *in, struct problem *p);
enum err plan_add_device_map(struct plan *plan, const struct plan_input *in, struct problem *p);

/* Bytes that a map covers from address 0 on: direct map and identity map; the device map. */
uint64_t plan_memory_end(const struct memmap *m);
uint64_t plan_device_end(const struct memmap *m);
uint64_t plan_named_end(const struct plan_input *in); /* the same, with the devices that tables name */

#endif
