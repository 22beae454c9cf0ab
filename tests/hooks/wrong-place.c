/* The page of the entry point leads to the page behind it. */
#include "damage.h"

void sabotage_space(struct boot *b)
{
	vaddr page = damaged_page(b->attempt.kernel.entry);
	struct pt_leaf leaf;

	if (!pt_lookup(damaged_tables(b), page, &leaf))
		return;
	paddr next = leaf.base + (page & (leaf.bytes - 1)) + PAGE_BYTES;
	pt_unmap(damaged_tables(b), page, PAGE_BYTES, NULL);
	pt_map(damaged_tables(b), page, next, PAGE_BYTES, PT_EXECUTE, PT_NORMAL, NULL);
}
