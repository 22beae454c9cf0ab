#include "plan_internal.h"

/* ---- Where they go ------------------------------------------------------------------------------------- */

/* A static kernel's segment, where it is linked. */
static enum err check_static(const struct plan_layout *layout, const struct elf_segment *s, uint64_t name,
                             struct problem *p)
{
	if (range_within(s->virt, s->memory_bytes, layout->low_limit)) {
		if (s->phys % PAGE_BYTES != s->virt % PAGE_BYTES)
			return problem(p, ERR_PLAN_PAGE_OFFSET, s->virt, s->phys, name);
		return OK;
	}
	if (!layout->top)
		return problem(p, ERR_PLAN_ONE_RANGE, s->virt, s->memory_bytes, name);
	if (s->virt < layout->base || !sum_fits(s->virt, s->memory_bytes - 1))
		return problem(p, ERR_PLAN_CANONICAL, s->virt, s->memory_bytes, name);
	return OK;
}

/* A position-independent kernel's segment, `start` being the first one's address rounded down. As in a static kernel,
 * the last page of the address space stays free. */
static enum err check_movable(const struct plan_layout *layout, const struct elf_segment *s, vaddr start,
                               uint64_t name, struct problem *p)
{
	uint64_t room = 0 - layout->top - PAGE_BYTES;

	if (!range_within(s->virt - start, s->memory_bytes, room))
		return problem(p, ERR_PLAN_TOO_LARGE, s->virt - start, room, name);
	return OK;
}

/* With the MMU off a static kernel runs at its physical addresses. */
static enum err check_physical(const struct elf_segment *s, uint64_t name, struct problem *p)
{
	if (!range_within(s->phys, s->memory_bytes, 1ull << 48))
		return problem(p, ERR_PLAN_MMU_OFF_HIGH, s->phys, s->memory_bytes, name);
	return OK;
}

uint64_t plan_alignment(const struct elf_layout *elf)
{
	uint64_t most = PLAN_LARGE_PAGE;

	for (unsigned i = 0; i < elf->segment_count; i++)
		most = max_u64(most, elf->segments[i].alignment);
	return most;
}

enum err plan_segments(const struct plan_layout *layout, const struct elf_file *file, struct elf_layout *elf,
                       bool mmu_off, uint64_t *slide, struct problem *p)
{
	bool fixed = !file->position_independent;
	bool moves = !fixed && layout->top && !mmu_off;
	vaddr start = align_down(elf->segments[0].virt, plan_alignment(elf));
	uint64_t move = moves ? layout->top - start : 0;

	for (unsigned i = 0; i < elf->segment_count; i++) {
		struct elf_segment *s = &elf->segments[i];
		uint64_t name = elf_segment_name(elf, i);
		enum err e = OK;

		if (moves)
			e = check_movable(layout, s, start, name, p);
		else if (fixed)
			e = mmu_off ? check_physical(s, name, p) : check_static(layout, s, name, p);
		if (e)
			return e;
		s->run = s->virt + move;
		s->low = fixed && (mmu_off || s->virt < layout->low_limit);
	}
	*slide = move;
	return OK;
}

uint64_t elf_segment_in_page(const struct elf_layout *layout, paddr page)
{
	unsigned found = 0;

	for (unsigned i = 0; i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		if (s->low && s->phys < page + PAGE_BYTES && page < align_up(s->phys + s->memory_bytes, PAGE_BYTES))
			found = i;
	}
	return elf_segment_name(layout, found);
}

/* ---- In the list --------------------------------------------------------------------------------------- */

enum err plan_add_segments(struct plan *plan, const struct plan_input *in, struct problem *p)
{
	for (unsigned i = 0; i < in->segment_count; i++) {
		const struct elf_segment *s = &in->segments[i];
		uint64_t lead = s->run % PAGE_BYTES;
		struct plan_range r = {
			.va = s->run - lead, .pa = s->place - lead,
			.bytes = align_up(lead + s->memory_bytes, PAGE_BYTES),
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
		enum err e = plan_add(plan, &r, p);
		if (e)
			return e;
	}
	return OK;
}
