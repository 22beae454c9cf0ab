/* protocol_multiboot2.c — the load of a Multiboot2 kernel. */
#include "protocols.h"

/* ---- Places -------------------------------------------------------------------------------------------- */

enum { MOST_ATTEMPTS = 16 }; /* the firmware may have taken a place since its map was read */

static struct span image_of(const struct elf_layout *l)
{
	paddr from = l->segments[0].phys, end = 0;

	for (unsigned i = 0; i < l->segment_count; i++)
		end = max_u64(end, l->segments[i].phys + l->segments[i].memory_bytes);
	return (struct span){ from, end - from };
}

static void move_image(struct kernel *k, struct multiboot2 *m, paddr to)
{
	uint64_t by = to - k->layout.segments[0].phys;

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		k->layout.segments[i].phys += by;
		k->layout.segments[i].virt += by;
	}
	k->file.entry += by;
	m->moved += by;
	m->base = to;
}

/* Pages [at, at + bytes) as the firmware has to give them out for code. */
static enum err take_at(const struct attempt *a, paddr at, uint64_t bytes, struct problem *p)
{
	struct page_wish wish = { .bytes = bytes, .type = HOBNAIL_MEMORY_KERNEL, .at = at, .code = true };
	paddr out;

	return a->pages->take(a->pages->context, &wish, &out, p);
}

/* The whole pages of an image that begins at `at`. */
static struct span pages_of(paddr at, uint64_t bytes)
{
	paddr from = align_down(at, PAGE_BYTES);

	return (struct span){ from, align_up(at + bytes, PAGE_BYTES) - from };
}

/* The lowest place in [base, end) that no claim meets; 0: none. */
static paddr lowest_place(const struct ledger *ledger, paddr base, paddr end, const struct page_wish *wish)
{
	paddr at = max_u64(align_up(base, wish->alignment), wish->alignment);

	while (range_within(at, wish->bytes, end)) {
		const struct claim *taken = ledger_lowest(ledger, at, wish->bytes);
		if (!taken)
			return at;
		at = align_up(taken->base + taken->bytes, wish->alignment);
	}
	return 0;
}

/* A free place in [from, to) for the wish, the lowest or the highest there is; 0: none. */
static paddr find_place(const struct attempt *a, paddr from, paddr to, const struct page_wish *wish, bool lowest)
{
	const struct memmap *map = &a->platform.memory;
	paddr best = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct hobnail_memory *e = &map->entries[i];
		paddr base = max_u64(e->base, from), end = min_u64(e->base + e->bytes, to);
		if (e->type != HOBNAIL_MEMORY_USABLE || base >= end)
			continue;
		if (!lowest)
			best = max_u64(best, ledger_highest_place(a->pages->ledger, base, end, wish));
		else if (!best)
			best = lowest_place(a->pages->ledger, base, end, wish);
	}
	return best;
}

/* "Relocatable header tag": the image begins at or above the least address, and ends at or below the greatest. */
static enum err take_somewhere(struct attempt *a, struct multiboot2 *m, uint64_t bytes, struct problem *p)
{
	struct page_wish wish = { .bytes = align_up(bytes, PAGE_BYTES), .type = HOBNAIL_MEMORY_KERNEL,
	                          .alignment = max_u64(m->relocatable.alignment, PAGE_BYTES) };
	bool lowest = m->relocatable.preference == MULTIBOOT2_LOWEST;
	paddr from = m->relocatable.least, to = (paddr)m->relocatable.most + 1;
	enum err e = ERR_NO_MEMORY;

	for (unsigned i = 0; e == ERR_NO_MEMORY && i < MOST_ATTEMPTS; i++) {
		paddr at = find_place(a, from, to, &wish, lowest);
		if (!at)
			break;
		e = take_at(a, at, wish.bytes, p);
		if (!e)
			move_image(&a->kernel, m, at);
		if (lowest)
			from = at + PAGE_BYTES;
		else
			to = at + wish.bytes - PAGE_BYTES;
	}
	return e == ERR_NO_MEMORY
	               ? problem(p, ERR_MB2_NO_PLACE, bytes, m->relocatable.least, m->relocatable.most)
	               : e;
}

/* Is the linked place one that the relocatable tag allows? */
static bool allows_linked(const struct multiboot2 *m, struct span image)
{
	bool within = image.base >= m->relocatable.least && image.base + image.bytes - 1 <= m->relocatable.most;

	return m->relocatable.preference == MULTIBOOT2_ANYWHERE && within &&
	       is_aligned(image.base, m->relocatable.alignment);
}

/* The firmware stays: its memory, and the loader's, cannot be overwritten. The map comes first: page 0 is not in it as
 * memory, and a wish for a page at 0 is one for any page. */
static enum err take_linked(struct attempt *a, struct span image, struct problem *p)
{
	const struct memmap *map = &a->platform.memory;
	struct span pages = pages_of(image.base, image.bytes);
	paddr bad;

	if (!memmap_all(map, pages.base, pages.bytes, memmap_is_free, &bad)) {
		const struct hobnail_memory *entry = memmap_find(map, bad);
		uint64_t name = elf_segment_name(&a->kernel.layout, 0);
		return entry ? problem(p, ERR_DESTINATION_TYPE, bad, entry->type, name)
		             : problem(p, ERR_DESTINATION, pages.base, bad, name);
	}
	enum err e = take_at(a, pages.base, pages.bytes, p);
	return e == ERR_NO_MEMORY ? problem(p, ERR_MB2_BUSY, pages.base, pages.base + pages.bytes) : e;
}

static enum err check_overlap(const struct elf_layout *l, struct problem *p)
{
	for (unsigned i = 1; i < l->segment_count; i++) {
		const struct elf_segment *s = &l->segments[i];
		if (s->phys - s[-1].phys < s[-1].memory_bytes)
			return problem(p, ERR_DESTINATION_TWICE, s->phys, 0, elf_segment_name(l, i));
	}
	return OK;
}

/* The pages are the kernel's: its segments lie where they stay. */
static void settle(struct kernel *k)
{
	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		struct elf_segment *s = &k->layout.segments[i];
		s->run = s->place = s->loaded = s->phys;
	}
	k->entry = k->file.entry;
}

static enum err touch_segments(struct attempt *a, struct problem *p)
{
	const struct elf_layout *l = &a->kernel.layout;
	enum err e = OK;

	for (unsigned i = 0; !e && i < l->segment_count; i++)
		e = handoff_touch(a->handoff, l->segments[i].place, l->segments[i].memory_bytes,
		                  l->segments[i].rights & ELF_EXECUTE, true, p);
	return e;
}

/* A kernel that is entered after the exit may have its linked place in the firmware's memory: kernel_place() stages
 * it. */
static enum err place(struct attempt *a, struct multiboot2 *m, struct problem *p)
{
	struct elf_layout *l = &a->kernel.layout;
	struct span image = image_of(l);
	bool relocatable = multiboot2_has(m, MULTIBOOT2_TAG_RELOCATABLE);
	enum err e = check_overlap(l, p);

	if (e)
		return e;
	m->base = image.base;
	for (unsigned i = 0; i < l->segment_count; i++)
		l->segments[i].low = true;
	if (relocatable && !allows_linked(m, image))
		e = take_somewhere(a, m, image.bytes, p);
	else if (m->within)
		e = take_linked(a, image, p);
	else if ((e = kernel_place(a, p)) == OK)
		return OK;
	if (relocatable && (e == ERR_MB2_BUSY || e == ERR_DESTINATION || e == ERR_DESTINATION_TYPE))
		e = take_somewhere(a, m, image.bytes, p);
	if (e)
		return e;
	settle(&a->kernel);
	return m->within ? OK : touch_segments(a, p);
}

/* ---- A load -------------------------------------------------------------------------------------------- */

/* Nothing of the loader's page tables is for the kernel: all that runs before the entry has those of the firmware's
 * number of levels. */
static void set_wants(const struct platform *m, const struct multiboot2 *header, struct wants *out)
{
	*out = (struct wants){
		.mmu_off = true, .paging_least = 4, .paging_most = m->arch.paging_levels, .stack_bytes = PAGE_BYTES,
		.below = MULTIBOOT2_LIMIT, .width = header->width, .height = header->height,
		.display = multiboot2_has(header, MULTIBOOT2_TAG_FRAMEBUFFER),
	};
}

static enum err read_header(struct attempt *a, struct multiboot2 *m, struct source *source, struct problem *p)
{
	uint64_t count = min_u64(source->bytes, MULTIBOOT2_WITHIN);
	const void *bytes;

	if (!count)
		return problem(p, ERR_FILE_EMPTY);
	enum err e = source_view(source, a->pages, 0, count, &bytes, p);
	if (!e) e = multiboot2_read(bytes, count, m, p);
	if (!e && a->arch != HOBNAIL_ARCH_X86_64) e = problem(p, ERR_MB2_X86);
	return e ? e : multiboot2_layout(m, source, a->pages, &a->kernel, p);
}

enum err multiboot2_load(struct attempt *a, struct multiboot2 *m, struct source *source, struct problem *p)
{
	enum err e = read_header(a, m, source, p);

	if (e)
		return e;
	a->done(a, ATTEMPT_REQUESTS);
	set_wants(&a->platform, m, &a->wants);
	e = attempt_mode(a, p);
	if (!e) e = place(a, m, p);
	if (!e) e = kernel_read(&a->kernel, source, a->pages, p);
	if (!e) e = multiboot2_keep_sections(m, source, a->pages, p);
	if (!e) e = kernel_finish(&a->kernel, a->pages, p);
	if (!e)
		a->done(a, ATTEMPT_LOADED);
	return e;
}
