/* Any bytes as page tables, read in every mode and state of a processor: a walk ends, says where and why, and never
 * contradicts itself; one that goes on from another is the same; what is said of it fits. The tables repeat over
 * all of physical memory, so that most addresses in them lead on. */
#include "fuzz.h"
#include "walk_text.h"

static bool read_bytes(void *context, paddr at, uint64_t *out)
{
	const struct input *tables = context;
	size_t entries = tables->left / 8;

	require(is_aligned(at, 8) && at >> 56 == 0);
	if (entries == 0 || (at >> 12) % 7 == 6)
		return false;
	memcpy(out, tables->at + 8 * ((at / 8 + (at >> 12)) % entries), 8);
	return true;
}

static void check_text(const struct walker *walker, const struct walk *w)
{
	char text[160], why[160];
	unsigned step;

	for (unsigned i = 0; i < w->steps; i++)
		require(walk_line(walker, w, i, text, sizeof text) == strlen(text) && strlen(text) < sizeof text);
	for (unsigned i = 0; i < WALK_ACCESSES; i++)
		if (walk_guilty(walker, w, i, &step, why, sizeof why))
			require(*why && step <= w->steps);
}

static void check(const struct walker *walker, const struct walk *w, vaddr va)
{
	require(w->steps <= COUNT_OF(w->step) && w->va == walk_untagged(walker, va));
	for (unsigned i = 1; i < w->steps; i++)
		require(w->step[i].level == w->step[i - 1].level - 1 && w->step[i].index < 512);
	require(w->readable == (w->mapped && !w->blame[WALK_READ].cause));
	require(w->writable == (w->mapped && !w->blame[WALK_WRITE].cause));
	require(w->executable == (w->mapped && !w->blame[WALK_EXECUTE].cause));
	if (!w->mapped) {
		require(w->blame[WALK_READ].cause && w->blame[WALK_READ].step + 1u == (w->steps ? w->steps : 1));
		return;
	}
	require(w->steps && w->page_bytes == 4096ull << 9 * w->step[w->steps - 1].level);
	require((w->phys & (w->page_bytes - 1)) == (va & (w->page_bytes - 1)) && w->phys >> 56 == 0);
	require((unsigned)w->memory <= WALK_MEMORY_OTHER);
}

static void check_next(const struct walker *walker, struct walk *got, vaddr va)
{
	struct walk fresh;
	uint64_t bytes = walk_extent(walker, got, va | 1);

	require(bytes && bytes <= (va | 1));
	walk_next(walker, va, got);
	walk(walker, va, &fresh);
	require(memcmp(got->blame, fresh.blame, sizeof fresh.blame) == 0 && got->phys == fresh.phys &&
	        got->steps == fresh.steps);
	check(walker, got, va);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	struct walker walker = { .read = read_bytes };

	walker.root = take(&in, 8);
	walker.upper_root = take(&in, 8);
	walker.pat_or_mair = take(&in, 8);
	vaddr va = take(&in, 8), other = take(&in, 8);
	walker.flags = (uint16_t)take(&in, 2);
	walker.phys_bits = (uint8_t)take(&in, 1);
	walker.t0sz = (uint8_t)take(&in, 1);
	walker.t1sz = (uint8_t)take(&in, 1);
	walker.context = &in;
	for (unsigned mode = WALK_X86_64_4; mode <= WALK_SV48; mode++) {
		struct walk got;
		walker.mode = mode;
		walk(&walker, va, &got);
		check(&walker, &got, va);
		if (other % 32 == mode) /* to unpack texts takes nearly all the time */
			check_text(&walker, &got);
		walk(&walker, va | 0xffff000000000000, &got);
		check(&walker, &got, va | 0xffff000000000000);
		check_next(&walker, &got, other);
		check_next(&walker, &got, other ^ (va & 0x1fffff));
	}
	return 0;
}
