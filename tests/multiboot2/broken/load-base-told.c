/* there is a tag 21, but the kernel is not relocatable */
#include "multiboot2.h"

void sabotage_checked(struct boot *b)
{
	uint8_t *tag = broken_append(b, MULTIBOOT2_LOAD_BASE, 12);

	broken_write(tag + TAG_FIRST, (uint32_t)b->multiboot2.header.base);
}
