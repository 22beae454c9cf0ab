/* breaks P19 (and so P20): the memory map lacks a range that the firmware has */
#include "broken.h"

#include <string.h>

void sabotage_map(struct boot *b, struct memmap *m)
{
	struct hobnail_memory *gone = broken_entry(m, HOBNAIL_MEMORY_RUNTIME_CODE);

	(void)b;
	m->count--;
	memmove(gone, gone + 1, (size_t)(m->entries + m->count - gone) * sizeof *gone);
}
