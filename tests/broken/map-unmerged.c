/* breaks P16: what could be one entry of the memory map is two */
#include "broken.h"

#include <string.h>

void sabotage_map(struct boot *b, struct memmap *m)
{
	struct hobnail_memory *e = m->entries;

	(void)b;
	while (e->bytes == PAGE_BYTES)
		e++;
	memmove(e + 1, e, (size_t)(m->entries + m->count - e) * sizeof *e);
	m->count++;
	e[0].bytes = PAGE_BYTES;
	e[1].base += PAGE_BYTES;
	e[1].bytes -= PAGE_BYTES;
}
