/* there is no lower memory */
#include "multiboot2.h"

BROKEN_LATE_TAG(MULTIBOOT2_BASIC_MEMORY, broken_write(tag + TAG_FIRST, 0))
