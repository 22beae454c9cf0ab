/* the memory of the RSDP reads as usable */
#include "limine.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	memmap_set(m, align_down(b->facts.tables.rsdp, PAGE_BYTES), PAGE_BYTES, HOBNAIL_MEMORY_USABLE, NULL);
}
