/* an entry of the memory map is empty */
#include "multiboot2.h"

BROKEN_LATE_TAG(MULTIBOOT2_MEMORY_MAP, memset(tag + read_le32(tag + TAG_SIZE) - 24 + 8, 0, 8))
