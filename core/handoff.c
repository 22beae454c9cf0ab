#include "handoff.h"

enum err handoff_touch(struct handoff *h, paddr base, uint64_t bytes, bool code, bool clean, struct problem *p)
{
	if (h->touch_count == HANDOFF_MAX_TOUCH)
		return problem(p, ERR_FULL, HANDOFF_MAX_TOUCH);
	paddr from = align_down(base, PAGE_BYTES);
	h->touch[h->touch_count++] =
		(struct handoff_touch){ from, align_up(base + bytes, PAGE_BYTES) - from, code, clean };
	return OK;
}

enum err handoff_destination_taken(const struct elf_layout *layout, const struct handoff_move *m, paddr taken,
                                   struct problem *p)
{
	paddr page = max_u64(m->to, align_down(taken, PAGE_BYTES));

	return problem(p, ERR_DESTINATION_OWN, page, elf_segment_in_page(layout, page));
}
