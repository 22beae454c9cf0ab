/* breaks P21: the memory of the record reads as usable */
#include "broken.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	memmap_set(m, b->hobnail.record->phys, align_up(b->hobnail.record->bytes, PAGE_BYTES), HOBNAIL_MEMORY_USABLE,
	           NULL);
}
