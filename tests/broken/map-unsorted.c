/* breaks P5: two entries of the memory map have changed places */
#include "broken.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	struct hobnail_memory first = m->entries[0];

	(void)b;
	m->entries[0] = m->entries[1];
	m->entries[1] = first;
}
