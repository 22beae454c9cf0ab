/* two entries of the memory map have changed places */
#include "multiboot2.h"

BROKEN_LATE_TAG(MULTIBOOT2_MEMORY_MAP, ({
	enum { ENTRY = 24 };
	uint8_t *first = tag + TAG_THIRD, *last = tag + read_le32(tag + TAG_SIZE) - ENTRY, other[ENTRY];
	memcpy(other, first, ENTRY);
	memcpy(first, last, ENTRY);
	memcpy(last, other, ENTRY);
}))
