/* Any bytes as page tables, read in every mode: a walk ends, says where, and never contradicts itself. The tables repeat
 * over all of physical memory, so that most addresses in them lead on. */
#include "fuzz.h"
#include "walk.h"

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

static void check(const struct walk *w, vaddr va)
{
	require(w->steps <= COUNT_OF(w->step));
	for (unsigned i = 1; i < w->steps; i++)
		require(w->step[i].level == w->step[i - 1].level - 1 && w->step[i].index < 512);
	if (!w->mapped)
		return;
	require(w->steps && w->page_bytes == 4096ull << 9 * w->step[w->steps - 1].level);
	require((w->phys & (w->page_bytes - 1)) == (va & (w->page_bytes - 1)) && w->phys >> 56 == 0);
	require((unsigned)w->memory <= WALK_MEMORY_OTHER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	struct walker walker = { .read = read_bytes };

	walker.root = take(&in, 8);
	walker.upper_root = take(&in, 8);
	walker.pat_or_mair = take(&in, 8);
	vaddr va = take(&in, 8);
	walker.context = &in;
	for (unsigned mode = WALK_X86_64_4; mode <= WALK_SV48; mode++) {
		struct walk got;
		walker.mode = mode;
		walk(&walker, va, &got);
		check(&got, va);
		walk(&walker, va | 0xffff000000000000, &got);
		check(&got, va | 0xffff000000000000);
	}
	return 0;
}
