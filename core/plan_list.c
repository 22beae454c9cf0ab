#include "plan_internal.h"

#include <string.h>

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

enum err plan_add(struct plan *plan, const struct plan_range *new, struct problem *p)
{
	size_t at = range_after(plan, new->va);
	struct plan_range *next = &plan->ranges[at];

	if (at < plan->count && ranges_overlap(new->va, new->bytes, next->va, next->bytes))
		return problem(p, ERR_PLAN_OVERLAP, max_u64(new->va, next->va), new->kind, next->kind);
	if (plan->count == plan->capacity)
		return problem(p, ERR_FULL, plan->capacity);
	memmove(next + 1, next, (plan->count - at) * sizeof *next);
	*next = *new;
	plan->count++;
	return OK;
}

enum err plan_add_around(struct plan *plan, struct plan_range new, struct problem *p)
{
	while (new.bytes) {
		size_t at = range_after(plan, new.va);
		const struct plan_range *next = &plan->ranges[at];
		bool meets = at < plan->count && next->va - new.va < new.bytes && next->va >= new.va;
		bool inside = at < plan->count && next->va < new.va;
		uint64_t skip = 0, part = meets ? next->va - new.va : inside ? 0 : new.bytes;

		if (meets || inside) {
			if (next->va - next->pa != new.va - new.pa)
				return problem(p, ERR_PLAN_OVERLAP, max_u64(new.va, next->va), new.kind, next->kind);
			skip = min_u64(next->va - new.va + next->bytes, new.bytes) - part;
		}
		if (part) {
			struct plan_range piece = new;
			piece.bytes = part;
			enum err e = plan_add(plan, &piece, p);
			if (e)
				return e;
		}
		new.va += part + skip;
		new.pa += part + skip;
		new.bytes -= part + skip;
	}
	return OK;
}
