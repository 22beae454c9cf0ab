/* the last page of available memory is in no entry */
#include "multiboot2.h"

void sabotage_map(struct boot *b, struct memmap *m)
{
	size_t i = m->count - 1;

	(void)b;
	while (m->entries[i].type != HOBNAIL_MEMORY_USABLE || m->entries[i].bytes == PAGE_BYTES)
		i--;
	m->entries[i].bytes -= PAGE_BYTES;
}
