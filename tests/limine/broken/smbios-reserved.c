/* the memory of the SMBIOS entry point reads as reserved, which the direct map does not have */
#include "limine.h"

static paddr entry_point;

void sabotage_space(struct boot *b)
{
	entry_point = b->facts.tables.smbios;
}

void sabotage_map(struct boot *b, struct memmap *m)
{
	(void)b;
	memmap_set(m, align_down(entry_point, PAGE_BYTES), PAGE_BYTES, HOBNAIL_MEMORY_RESERVED, NULL);
}
