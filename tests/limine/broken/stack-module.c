/* the memory of the stack reads as a module's */
#include "limine.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	memmap_set(m, b->attempt.space.stack.phys, PAGE_BYTES, HOBNAIL_MEMORY_MODULE, NULL);
}
