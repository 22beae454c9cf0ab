/* breaks P34: the memory of a module reads as usable
 * run: --module LICENSE */
#include "broken.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	memmap_set(m, b->attempt.modules[0].base, PAGE_BYTES, HOBNAIL_MEMORY_USABLE, NULL);
}
