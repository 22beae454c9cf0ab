/* stage.c — the second stage of translation. Stage 2 of aarch64 and the nested tables of SVM have one shape; the bits
 * of their entries are data (struct stage_format). */
#include "guest.h"

enum { TABLES = 96, LARGE_SHIFT = 30, INDEX_BITS = 9, ENTRIES = 1 << INDEX_BITS };

/* Arm ARM, "Concatenated translation tables": a root of two tables is aligned to its size. */
static uint64_t root[2 * ENTRIES] __attribute__((aligned(2 * PAGE_BYTES)));
static uint64_t tables[TABLES][ENTRIES] __attribute__((aligned(PAGE_BYTES)));

static uint64_t new_table(const struct hobnail_boot *boot)
{
	static unsigned used;

	if (used == TABLES)
		give_up("memory is in too many pieces for this kernel's tables");
	return phys_of(boot, tables[used++]);
}

/* The entry for `address` whose page has 1 << stop bytes. No larger page covers it: pages are mapped once. */
static uint64_t *entry_at(const struct hobnail_boot *boot, uint64_t address, unsigned stop)
{
	uint64_t *entry = &root[address >> LARGE_SHIFT];

	for (unsigned shift = LARGE_SHIFT; shift > stop; shift -= INDEX_BITS) {
		if (!*entry)
			*entry = new_table(boot) | stage_format.table;
		uint64_t *table = hobnail_virt(boot, *entry & ~stage_format.table);
		entry = &table[address >> (shift - INDEX_BITS) & (ENTRIES - 1)];
	}
	return entry;
}

/* The largest page that begins at `base` and fits. */
static unsigned page_shift(uint64_t base, uint64_t bytes)
{
	unsigned shift = LARGE_SHIFT;

	while (shift > PAGE_SHIFT && (!is_aligned(base, 1ull << shift) || bytes < 1ull << shift))
		shift -= INDEX_BITS;
	return shift;
}

void stage_map(const struct hobnail_boot *boot, uint64_t base, uint64_t bytes, enum access access)
{
	uint64_t bits = access == ACCESS_DEVICE ? stage_format.device : stage_format.memory;

	if (access == ACCESS_NONE)
		return;
	for (uint64_t end = base + bytes; base < end;) {
		unsigned shift = page_shift(base, end - base);
		uint64_t kind = shift == PAGE_SHIFT ? stage_format.page : stage_format.large;
		*entry_at(boot, base, shift) = base | bits | kind;
		base += 1ull << shift;
	}
}

uint64_t stage_root(const struct hobnail_boot *boot)
{
	return phys_of(boot, root);
}
