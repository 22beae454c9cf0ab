/* the information is not at a multiple of 8 */
#include "multiboot2.h"

static void shift(struct handoff *h)
{
	uint8_t *information = memory_at(h->argument);

	memmove(information + 4, information, read_le32(information));
	h->argument += 4;
}

void sabotage_checked(struct boot *b)
{
	if (b->multiboot2.header.within)
		shift(b->attempt.handoff);
}

void sabotage_entry(struct handoff *h)
{
	shift(h);
}
