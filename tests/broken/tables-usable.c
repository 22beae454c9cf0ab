/* breaks P38: the memory of a page table reads as usable */
#include "broken.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	memmap_set(m, b->attempt.space.upper.root, PAGE_BYTES, HOBNAIL_MEMORY_USABLE, NULL);
}
