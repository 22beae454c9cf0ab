/* breaks P27: the memory of the kernel reads as usable */
#include "broken.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	memmap_set(m, align_down(b->attempt.kernel.layout.segments[PITH_DATA].place, PAGE_BYTES), PAGE_BYTES,
	           HOBNAIL_MEMORY_USABLE, NULL);
}
