/* breaks P117: memory of boot services, which a device may still write to, reads as usable */
#include "broken.h"

/* A page with neighbours of the same type: it touches no usable entry. */
void sabotage_map(struct boot *b, struct memmap *m)
{
	(void)b;
	for (size_t i = 0; i < m->count; i++) {
		const struct hobnail_memory *e = &m->entries[i];
		if (e->type == HOBNAIL_MEMORY_FIRMWARE_BOOT && e->bytes >= 3 * PAGE_BYTES) {
			memmap_set(m, e->base + PAGE_BYTES, PAGE_BYTES, HOBNAIL_MEMORY_USABLE, NULL);
			return;
		}
	}
}
