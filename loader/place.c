/* place.c — where the kernel's segments go in physical memory. */
#include "boot.h"
#include "image.h"
#include "log.h"

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
		struct plan_segment *s = &k->segments[i];
		if (s->low)
			continue;
		s->phys = s->virt - start + block;
		k->loaded[i] = s->phys;
		if (runs_physical)
			s->virt = s->phys;
	}
}

static enum err place_block(struct boot *b, struct problem *p)
{
	struct kernel *k = &b->kernel;
	uint64_t least = PAGE_BYTES; /* what the program headers ask for */
	vaddr start = 0, end = 0;
	bool found = false;
	paddr block;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct plan_segment *s = &k->segments[i];
		if (s->low)
			continue;
		if (!found)
			start = align_down(s->virt, PAGE_BYTES);
		found = true;
		least = max_u64(least, k->layout.segments[i].alignment);
		end = s->virt + s->bytes - 1; /* inclusive: the last byte may be the address space's last */
	}
	if (!found)
		return OK; /* all low */
	/* Keep virtual and physical addresses congruent to 2 MiB, so that large pages fit; and in any case to p_align. */
	uint64_t alignment = max_u64(least, PLAN_LARGE_PAGE), bytes = align_down(end, PAGE_BYTES) - start + PAGE_BYTES;
	enum err e = firmware_pages_aligned(&b->fw, bytes, alignment, start % alignment, HOBNAIL_MEMORY_KERNEL, &block, p);
	if (e == ERR_NO_MEMORY)
		e = least > PAGE_BYTES ? firmware_pages_aligned(&b->fw, bytes, least, start % least, HOBNAIL_MEMORY_KERNEL, &block, p)
		                       : firmware_pages(&b->fw, bytes, HOBNAIL_MEMORY_KERNEL, &block, p);
	if (e == ERR_NO_MEMORY && least > PAGE_BYTES)
		return problem(p, ERR_NO_MEMORY_ALIGNED, bytes, least);
	if (!e)
		settle_block(k, block, start, k->file.position_independent && (b->mode.mmu_off || !b->mode.layout->top));
	return e;
}

/* ---- Low segments: at their physical address ----------------------------------------------------------- */

/* Does the range meet something that we still need when the segment moves there? *where: its first page that does. */
static bool is_ours(const struct firmware *fw, const struct run *run, paddr *where)
{
	*where = max_u64(run->base, (uintptr_t)image_base);
	if (ranges_overlap(run->base, run->bytes, (uintptr_t)image_base, image_bytes()))
		return true;
	for (unsigned i = 0; i < fw->claims; i++) {
		*where = max_u64(run->base, fw->ledger[i].base);
		if (fw->ledger[i].type != HOBNAIL_MEMORY_USABLE &&
		    ranges_overlap(run->base, run->bytes, fw->ledger[i].base, fw->ledger[i].bytes))
			return true;
	}
	return false;
}

uint64_t kernel_segment_at(const struct kernel *k, paddr page)
{
	unsigned found = 0;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		if (k->segments[i].low && s->phys < page + PAGE_BYTES && page < align_up(s->phys + s->memory_bytes, PAGE_BYTES))
			found = i;
	}
	return elf_segment_name(&k->layout, found);
}

enum err destination_is_taken(const struct kernel *k, const struct handoff_move *m, paddr taken, struct problem *p)
{
	paddr page = max_u64(m->to, align_down(taken, PAGE_BYTES));

	return problem(p, ERR_DESTINATION_OWN, page, kernel_segment_at(k, page));
}

/* -Ttext moves the code alone: what has the file's headers stays at the linker's default base, which is rarely memory. */
static bool is_left_behind(const struct kernel *k, unsigned segment)
{
	const struct elf_segment *s = &k->layout.segments[segment];
	const struct plan_segment *last = &k->segments[k->layout.segment_count - 1]; /* by address: it is high if any is */

	return s->offset < ELF_HEADER_BYTES && s->file_bytes >= ELF_HEADER_BYTES && !(s->rights & ELF_EXECUTE) && !last->low;
}

/* Take what is free of a run now; what the firmware still uses but will give up makes it staged. */
static enum err claim_run(struct boot *b, struct run *run, struct problem *p)
{
	const struct kernel *k = &b->kernel;
	uint64_t taken;
	paddr bad;

	if (!memmap_all(&b->memory, run->base, run->bytes, memmap_is_free, &bad)) {
		const struct hobnail_memory *entry = memmap_find(&b->memory, bad);
		uint64_t name = kernel_segment_at(k, bad);
		if (is_left_behind(k, (uint32_t)name))
			return problem(p, ERR_DESTINATION_HEADERS, bad, name);
		return entry ? problem(p, ERR_DESTINATION_TYPE, bad, entry->type, name)
		             : problem(p, ERR_DESTINATION, k->layout.segments[(uint32_t)name].phys, bad, name);
	}
	if (is_ours(&b->fw, run, &bad))
		return problem(p, ERR_DESTINATION_OWN, bad, kernel_segment_at(k, bad));
	enum err e = firmware_pages_within(&b->fw, run->base, run->bytes, HOBNAIL_MEMORY_KERNEL, &taken, p);
	if (!e)
		run->staged = taken != run->bytes;
	return e;
}

/* The run that begins with segment `first`. */
static struct run run_from(const struct kernel *k, unsigned first)
{
	paddr base = align_down(k->layout.segments[first].phys, PAGE_BYTES), end = base;
	unsigned i = first;

	for (; i < k->layout.segment_count && k->segments[i].low; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		paddr page = align_down(s->phys, PAGE_BYTES);
		bool shares = page + PAGE_BYTES == end && s->phys >= k->layout.segments[i - 1].phys + k->layout.segments[i - 1].memory_bytes;
		if (i > first && page != end && !shares)
			break;
		end = align_up(s->phys + s->memory_bytes, PAGE_BYTES);
	}
	return (struct run){ .first = first, .count = i - first, .base = base, .bytes = end - base };
}

/* Load a run where it stays, or into a staging area that moves after exit. */
static enum err settle_run(struct boot *b, const struct run *run, struct problem *p)
{
	struct kernel *k = &b->kernel;
	paddr to = run->base;
	enum err e = OK;

	if (run->staged) {
		e = firmware_pages(&b->fw, run->bytes, HOBNAIL_MEMORY_USABLE, &to, p);
		if (e)
			return e;
		handoff.moves[handoff.move_count++] = (struct handoff_move){ run->base, to, run->bytes };
		k->staged_bytes += run->bytes;
		e = handoff_touch(&handoff, to, run->bytes, false, false, p);
	}
	for (unsigned i = run->first; i < run->first + run->count; i++) {
		struct plan_segment *s = &k->segments[i];
		s->phys = k->layout.segments[i].phys;
		k->loaded[i] = s->phys - run->base + to;
		if (b->mode.mmu_off)
			s->virt = s->phys;
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
static enum err place_low(struct boot *b, struct problem *p)
{
	const struct kernel *k = &b->kernel;
	struct run runs[ELF_MAX_SEGMENTS];
	unsigned count = 0;
	enum err e = OK;

	for (unsigned i = 0; !e && i < k->layout.segment_count;) {
		if (!k->segments[i].low) {
			i++;
			continue;
		}
		struct run run = run_from(k, i);
		i += run.count;
		if (overlaps_earlier(runs, count, &run))
			return problem(p, ERR_DESTINATION_TWICE, run.base, 0, elf_segment_name(&k->layout, run.first));
		e = claim_run(b, &run, p);
		runs[count++] = run;
	}
	for (unsigned i = 0; !e && i < count; i++)
		e = settle_run(b, &runs[i], p);
	return e;
}

/* Where the entry point is in the run address space. */
static vaddr entry_address(const struct kernel *k)
{
	for (unsigned i = 0; i < k->layout.segment_count; i++)
		if (k->file.entry - k->layout.segments[i].virt < k->layout.segments[i].memory_bytes)
			return k->file.entry - k->layout.segments[i].virt + k->segments[i].virt;
	return 0; /* cannot be: elf_segments() has checked it */
}

enum err kernel_place(struct boot *b, struct problem *p)
{
	struct kernel *k = &b->kernel;
	enum err e = place_low(b, p);

	if (!e)
		e = place_block(b, p);
	for (unsigned i = 0; !e && i < k->layout.segment_count; i++)
		e = handoff_touch(&handoff, k->segments[i].phys, k->segments[i].bytes, k->segments[i].rights & ELF_EXECUTE,
		                  b->mode.mmu_off, p);
	if (!e)
		k->entry = entry_address(k);
	return e;
}
