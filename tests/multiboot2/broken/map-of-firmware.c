/* there is a memory map although boot services are alive */
#include "multiboot2.h"

void sabotage_checked(struct boot *b)
{
	uint8_t *tag = broken_append(b, MULTIBOOT2_MEMORY_MAP, 16);

	broken_write(tag + TAG_FIRST, 24);
}
