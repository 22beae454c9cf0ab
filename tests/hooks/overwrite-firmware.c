/* Right after the switch, everything that the firmware calls boot-services memory is overwritten: nothing of ours
 * lives there, and nothing of theirs is needed any more. */
#include "sabotage.h"

#include <string.h>

#include "format.h"
#include "after/serial.h"

enum { MAX_RANGES = 128 };

static struct span reachable[MAX_RANGES]; /* boot-services memory when the transition space is built */
static struct span victims[2 * MAX_RANGES]; /* what of it is such memory at exit, too */
static unsigned reachable_count, victim_count;

void sabotage_space(struct boot *b)
{
	struct problem p;

	for (size_t i = 0; i < b->attempt.platform.memory.count && reachable_count < MAX_RANGES; i++) {
		const struct hobnail_memory *m = &b->attempt.platform.memory.entries[i];
		if (m->type != HOBNAIL_MEMORY_FIRMWARE_BOOT ||
		    handoff_touch(&handoff, m->base, m->bytes, false, false, &p))
			continue;
		reachable[reachable_count++] = (struct span){ m->base, m->bytes };
	}
}

/* Called again if the firmware refuses to exit. */
void sabotage_map(struct boot *b, struct memmap *map)
{
	(void)b;
	victim_count = 0;
	for (size_t i = 0; i < map->count; i++) {
		const struct hobnail_memory *m = &map->entries[i];
		for (unsigned k = 0; k < reachable_count && m->type == HOBNAIL_MEMORY_FIRMWARE_BOOT; k++) {
			uint64_t from = max_u64(m->base, reachable[k].base);
			uint64_t end = min_u64(m->base + m->bytes, reachable[k].base + reachable[k].bytes);
			if (from < end && victim_count < COUNT_OF(victims))
				victims[victim_count++] = (struct span){ from, end - from };
		}
	}
}

void sabotage_switched(struct handoff *h)
{
	uint64_t bytes = 0;
	char text[80];

	(void)h;
	for (unsigned i = 0; i < victim_count; i++) {
		memset((void *)(uintptr_t)victims[i].base, 0xcc, victims[i].bytes);
		bytes += victims[i].bytes;
	}
	serial_write(text, format(text, sizeof text, "\nhook: %llu bytes of the firmware overwritten\n",
	                          (unsigned long long)bytes));
}
