/* broken.h — for loaders that break one promise of docs/protocol.md on purpose.
 *
 * Each file of this folder defines functions of loader/sabotage.h for one build of the loader: those beside this
 * header for every architecture, those in a folder for one. tests/broken-check boots them with pith, which must
 * notice. The comment that a file begins with is read by it:
 *
 *     breaks P52: what is wrong                 the promise that must fail, and no other
 *     breaks P42 (and so P47): what is wrong    ... but for those that fail as a consequence
 *     run: ARGUMENTS                            more arguments for `hobnail run`
 *     words: WORDS                              ... for pith's command line, besides `exit`
 *     kernel: NAME                              boot out/$ARCH/NAME.elf, not pith.elf */
#ifndef TESTS_BROKEN_H
#define TESTS_BROKEN_H

#include "sabotage.h"

/* Segments of pith, in the order of its link script. */
enum { PITH_TEXT, PITH_RODATA, PITH_DATA };

/* An array or a string of the record. */
static inline void *broken_at(const struct boot *b, uint32_t offset)
{
	return (uint8_t *)b->hobnail.record + offset;
}

/* The table that maps the upper half, and where there is one table, everything. */
static inline struct pt *broken_table(struct boot *b)
{
	return &b->attempt.space.upper;
}

/* The first page of a segment. */
static inline vaddr broken_page(const struct boot *b, unsigned segment)
{
	return align_down(b->attempt.kernel.layout.segments[segment].run, PAGE_BYTES);
}

/* 2 MiB of usable memory on their boundary, the lowest ones: nothing of the kernel or the loader is there. */
static inline paddr broken_free_block(const struct boot *b)
{
	for (size_t i = 0; i < b->attempt.platform.memory.count; i++) {
		const struct hobnail_memory *m = &b->attempt.platform.memory.entries[i];
		paddr block = align_up(m->base, MIB(2));
		if (m->type == HOBNAIL_MEMORY_USABLE && range_within(block - m->base, MIB(2), m->bytes))
			return block;
	}
	return 0;
}

/* The last entry of this type, or NULL. */
static inline struct hobnail_memory *broken_entry(const struct memmap *m, uint32_t type)
{
	for (size_t i = m->count; i-- > 0;)
		if (m->entries[i].type == type)
			return &m->entries[i];
	return NULL;
}

#endif
