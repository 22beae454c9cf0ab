/* the information says that it ends before its end tag */
#include "multiboot2.h"

static void shorten(uint8_t *information)
{
	broken_write(information, read_le32(information) - 8);
}

void sabotage_checked(struct boot *b)
{
	shorten(broken_information(b));
}

/* The memory map has come after that, and another end. */
void sabotage_entry(struct handoff *h)
{
	shorten(memory_at(h->argument));
}
