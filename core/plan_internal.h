/* plan_internal.h — declarations that the files of the plan share; all other code uses plan.h.
 *
 *   plan.c           the layouts, a plan from first to last, pieces of the net
 *   plan_slots.c     the owners of the top-level entries
 *   plan_segments.c  the kernel's segments
 *   plan_maps.c      direct map, identity map, device map
 *   plan_list.c      the sorted list that all of them fill */
#ifndef CORE_PLAN_INTERNAL_H
#define CORE_PLAN_INTERNAL_H

#include "plan.h"

static inline bool plan_wants_identity(const struct plan_input *in)
{
	return in->wants->maps[WANT_IDENTITY_MAP].asked;
}

static inline uint64_t plan_slot_bytes(const struct plan_layout *layout)
{
	return (uint64_t)PAGE_BYTES << (PT_INDEX_BITS * (layout->format->levels - 1));
}

/* Choose the places of maps and net: fill the fields behind `capacity` in the plan. ERR_PLAN_NO_SLOT, _BASE,
 * _BASE_HIGH, _BASE_TAKEN, _SLOT, _SLOT_INDEX, _IDENTITY as plan_make() says. */
enum err plan_place(struct plan *plan, const struct plan_input *in, struct problem *p);

/* Add a range. ERR_PLAN_OVERLAP and ERR_FULL as plan_make() says; then the list is unchanged. */
enum err plan_add(struct plan *plan, const struct plan_range *new, struct problem *p);

/* Add the parts of the range that are not yet mapped to the same physical memory. The errors are those of plan_add();
 * parts that were added before an error stay. */
enum err plan_add_around(struct plan *plan, struct plan_range new, struct problem *p);

/* Enter the parts of a plan; the errors of plan_add(). The maps lie where plan_place() said. */
enum err plan_add_segments(struct plan *plan, const struct plan_input *in, struct problem *p);
enum err plan_add_identity_map(struct plan *plan, const struct plan_input *in, struct problem *p);
enum err plan_add_direct_map(struct plan *plan, const struct plan_input *in, struct problem *p);
enum err plan_add_device_map(struct plan *plan, const struct plan_input *in, struct problem *p);

/* Bytes that a map covers from address 0 on: direct map and identity map; the device map. */
uint64_t plan_memory_end(const struct plan_input *in);
uint64_t plan_device_end(const struct plan_input *in);
uint64_t plan_named_end(const struct plan_input *in); /* the last, with the devices that tables name */

#endif
