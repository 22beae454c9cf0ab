/* breaks P17: physical page 0 is usable memory */
#include "broken.h"

#include <string.h>

void sabotage_map(struct boot *b, struct memmap *m)
{
	(void)b;
	memmap_set(m, 0, PAGE_BYTES, HOBNAIL_MEMORY_BAD, NULL); /* an entry of its own, if there is one */
	if (m->entries[0].base != 0) {
		memmove(m->entries + 1, m->entries, m->count * sizeof *m->entries);
		m->count++;
	}
	/* Not write-back: the direct map need not have it, and no neighbour is like it. */
	m->entries[0] = (struct hobnail_memory){ 0, PAGE_BYTES, HOBNAIL_MEMORY_USABLE, 0, 0 };
}
