/* the memory map has version 1 */
#include "multiboot2.h"

BROKEN_LATE_TAG(MULTIBOOT2_MEMORY_MAP, broken_write(tag + TAG_SECOND, 1))
