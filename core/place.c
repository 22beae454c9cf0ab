/* place.c — places of the kernel's segments in physical memory. */
#include "attempt.h"

/* Segments that touch or share pages and are placed together. */
struct run {
	unsigned first, count; /* segments */
	paddr base;
	uint64_t bytes;
	bool staged;
};

/* ---- One block: upper-half and position-independent kernels -------------------------------------------- */

/* Run address of a segment: known already, or (when it runs where it lies) its physical address. */
static void settle_block(struct kernel *k, paddr block, vaddr start, bool runs_physical)
{
	if (runs_physical)
		k->slide = block - start;
	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		struct elf_segment *s = &k->layout.segments[i];
		if (s->low)
			continue;
		s->place = s->run - start + block;
		s->loaded = s->place;
		if (runs_physical)
			s->run = s->place;
	}
}

/* Take a block whose virtual and physical addresses are congruent modulo 2 MiB, so that large pages fit. If there is
 * no such room, they are congruent modulo the alignment of the program headers. */
static enum err take_block(const struct pages *pages, vaddr start, uint64_t bytes, uint64_t least, paddr *out,
                           struct problem *p)
{
	const uint64_t alignments[] = { max_u64(least, PLAN_LARGE_PAGE), least };
	enum err e = ERR_NO_MEMORY;

	for (unsigned i = 0; e == ERR_NO_MEMORY && i < COUNT_OF(alignments); i++) {
		struct page_wish wish = { .bytes = bytes, .type = HOBNAIL_MEMORY_KERNEL };
		if (alignments[i] > PAGE_BYTES) {
			wish.alignment = alignments[i];
			wish.offset = start % alignments[i];
		}
		e = pages->take(pages->context, &wish, out, p);
	}
	if (e == ERR_NO_MEMORY && least > PAGE_BYTES)
		return problem(p, ERR_NO_MEMORY_ALIGNED, bytes, least);
	return e;
}

static enum err place_block(struct attempt *a, struct problem *p)
{
	struct kernel *k = &a->kernel;
	uint64_t least = PAGE_BYTES;
	vaddr start = 0, end = 0;
	bool found = false;
	paddr block;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		if (s->low)
			continue;
		if (!found)
			start = align_down(s->run, PAGE_BYTES);
		found = true;
		least = max_u64(least, s->alignment);
		end = s->run + s->memory_bytes - 1; /* inclusive: the last byte may be the address space's last */
	}
	if (!found)
		return OK; /* all low */
	enum err e = take_block(a->pages, start, align_down(end, PAGE_BYTES) - start + PAGE_BYTES, least, &block, p);
	if (!e)
		settle_block(k, block, start,
		             k->file.position_independent && (a->mode.mmu_off || !a->mode.layout->top));
	return e;
}

/* ---- Low segments: at their physical address ----------------------------------------------------------- */

/* Does the run's destination meet memory that is still needed when the segment moves there? *where: its first page
 * that does. */
static bool is_ours(const struct attempt *a, const struct run *run, paddr *where)
{
	const struct claim *claim = ledger_meets(a->pages->ledger, run->base, run->bytes);
	paddr taken = a->image->base;

	if (!ranges_overlap(run->base, run->bytes, a->image->base, a->image->end)) {
		if (!claim)
			return false;
		taken = claim->base;
	}
	*where = max_u64(run->base, taken);
	return true;
}

/* -Ttext moves only the code: the segment with the file's headers stays at the linker's default base, which is rarely
 * memory. */
static bool is_left_behind(const struct elf_layout *layout, unsigned segment)
{
	const struct elf_segment *s = &layout->segments[segment];
	const struct elf_segment *last = &layout->segments[layout->segment_count - 1]; /* by address: high if any is */

	return s->offset < ELF_HEADER_BYTES && s->file_bytes >= ELF_HEADER_BYTES && !(s->rights & ELF_EXECUTE) &&
	       !last->low;
}

/* Take the pages of a run that are free now. Pages that the firmware uses now and will give up make the run staged. */
static enum err claim_run(const struct attempt *a, struct run *run, struct problem *p)
{
	const struct elf_layout *layout = &a->kernel.layout;
	uint64_t taken;
	paddr bad;

	if (!memmap_all(&a->platform.memory, run->base, run->bytes, memmap_is_free, &bad)) {
		const struct hobnail_memory *entry = memmap_find(&a->platform.memory, bad);
		uint64_t name = elf_segment_in_page(layout, bad);
		if (is_left_behind(layout, (uint32_t)name))
			return problem(p, ERR_DESTINATION_HEADERS, bad, name);
		return entry ? problem(p, ERR_DESTINATION_TYPE, bad, entry->type, name)
		             : problem(p, ERR_DESTINATION, layout->segments[(uint32_t)name].phys, bad, name);
	}
	if (is_ours(a, run, &bad))
		return problem(p, ERR_DESTINATION_OWN, bad, elf_segment_in_page(layout, bad));
	enum err e = a->pages->take_within(a->pages->context, run->base, run->bytes, HOBNAIL_MEMORY_KERNEL, &taken, p);
	if (!e)
		run->staged = taken != run->bytes;
	return e;
}

/* The run that begins with segment `first`. */
static struct run run_from(const struct elf_layout *layout, unsigned first)
{
	paddr base = align_down(layout->segments[first].phys, PAGE_BYTES), end = base;
	unsigned i = first;

	for (; i < layout->segment_count && layout->segments[i].low; i++) {
		const struct elf_segment *s = &layout->segments[i];
		paddr page = align_down(s->phys, PAGE_BYTES);
		bool shares = i > first && page + PAGE_BYTES == end && s->phys >= s[-1].phys + s[-1].memory_bytes;
		if (i > first && page != end && !shares)
			break;
		end = align_up(s->phys + s->memory_bytes, PAGE_BYTES);
	}
	return (struct run){ .first = first, .count = i - first, .base = base, .bytes = end - base };
}

/* Load a run where it stays, or into a staging area that moves after the exit. */
static enum err settle_run(struct attempt *a, const struct run *run, struct problem *p)
{
	struct kernel *k = &a->kernel;
	struct handoff *h = a->handoff;
	paddr to = run->base;
	enum err e = OK;

	if (run->staged) {
		e = pages_take(a->pages, run->bytes, HOBNAIL_MEMORY_USABLE, &to, p);
		if (e)
			return e;
		h->moves[h->move_count++] = (struct handoff_move){ run->base, to, run->bytes };
		k->staged_bytes += run->bytes;
		e = handoff_touch(h, to, run->bytes, false, false, p);
	}
	for (unsigned i = run->first; i < run->first + run->count; i++) {
		struct elf_segment *s = &k->layout.segments[i];
		s->place = s->phys;
		s->loaded = s->place - run->base + to;
		if (a->mode.mmu_off)
			s->run = s->place;
	}
	return e;
}

static bool overlaps_earlier(const struct run *runs, unsigned count, const struct run *run)
{
	for (unsigned i = 0; i < count; i++)
		if (ranges_overlap(runs[i].base, runs[i].bytes, run->base, run->bytes))
			return true;
	return false;
}

/* All runs are claimed before any staging area is taken, so that none lies in another's way. */
static enum err place_low(struct attempt *a, struct problem *p)
{
	const struct elf_layout *layout = &a->kernel.layout;
	struct run runs[ELF_MAX_SEGMENTS];
	unsigned count = 0;
	enum err e = OK;

	for (unsigned i = 0; !e && i < layout->segment_count;) {
		if (!layout->segments[i].low) {
			i++;
			continue;
		}
		struct run run = run_from(layout, i);
		i += run.count;
		if (overlaps_earlier(runs, count, &run))
			return problem(p, ERR_DESTINATION_TWICE, run.base, 0, elf_segment_name(layout, run.first));
		e = claim_run(a, &run, p);
		runs[count++] = run;
	}
	for (unsigned i = 0; !e && i < count; i++)
		e = settle_run(a, &runs[i], p);
	return e;
}

/* The entry point's address when the kernel runs. */
static vaddr entry_address(const struct kernel *k)
{
	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		if (k->file.entry - s->virt < s->memory_bytes)
			return k->file.entry - s->virt + s->run;
	}
	return 0; /* not reached: elf_segments() has checked it */
}

enum err kernel_place(struct attempt *a, struct problem *p)
{
	struct kernel *k = &a->kernel;
	enum err e = place_low(a, p);

	if (!e)
		e = place_block(a, p);
	for (unsigned i = 0; !e && i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		e = handoff_touch(a->handoff, s->place, s->memory_bytes, s->rights & ELF_EXECUTE, a->mode.mmu_off, p);
	}
	if (!e)
		k->entry = entry_address(k);
	return e;
}
