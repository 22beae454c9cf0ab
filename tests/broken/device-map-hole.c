/* breaks P49: a page of device addresses is not in the device map
 * kernel: pith-devicemap */
#include "broken.h"

/* The first page that no entry of the memory map describes. */
void sabotage_checked(struct boot *b)
{
	const struct memmap *m = &b->attempt.platform.memory;
	paddr page = 0;

	for (size_t i = 0; i < m->count && m->entries[i].base == page; i++)
		page += m->entries[i].bytes;
	pt_unmap(broken_table(b), b->attempt.space.plan.device_map + page, PAGE_BYTES, NULL);
}
