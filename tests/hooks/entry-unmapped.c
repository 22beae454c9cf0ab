/* The page of the entry point is left out of the kernel's tables. */
#include "damage.h"

void sabotage_space(struct boot *b)
{
	pt_unmap(damaged_tables(b), damaged_page(b->attempt.kernel.entry), PAGE_BYTES, NULL);
}
