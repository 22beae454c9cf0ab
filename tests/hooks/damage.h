/* damage.h — for loaders that spoil the kernel's tables before preflight, which must say what is wrong and go back to
 * the firmware. Such a file defines sabotage_space(). */
#ifndef TESTS_HOOKS_DAMAGE_H
#define TESTS_HOOKS_DAMAGE_H

#include "sabotage.h"

/* The tables that the kernel's entry point is mapped by. */
static inline struct pt *damaged_tables(struct boot *b)
{
	return b->attempt.kernel.entry >> 63 ? &b->attempt.space.upper : &b->attempt.space.lower;
}

/* The entry of `level` (0: pages) on the way to va, or the larger page that ends it. */
static inline uint64_t *damaged_entry(struct boot *b, vaddr va, unsigned level)
{
	const struct pt *pt = va >> 63 ? &b->attempt.space.upper : &b->attempt.space.lower;
	const struct pt_format *f = pt->format;
	uint64_t *table = pt->table_at(pt->context, pt->root);

	for (unsigned at = f->levels - 1;; at--) {
		uint64_t *entry = &table[va >> (PAGE_SHIFT + PT_INDEX_BITS * at) & (PT_ENTRIES - 1)];
		if (at == level || (*entry & f->table_mask) != f->table_value)
			return entry;
		table = pt->table_at(pt->context, *entry & f->frame_mask);
	}
}

static inline vaddr damaged_page(vaddr va)
{
	return align_down(va, PAGE_BYTES);
}

#endif
