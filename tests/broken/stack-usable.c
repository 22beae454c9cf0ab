/* breaks P51 (and so P54): the memory of the boot stack reads as usable */
#include "broken.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	memmap_set(m, b->attempt.space.stack.phys, PAGE_BYTES, HOBNAIL_MEMORY_USABLE, NULL);
}
