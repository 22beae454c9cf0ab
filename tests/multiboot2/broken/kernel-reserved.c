/* the kernel's memory is reserved */
#include "multiboot2.h"

BROKEN_TYPE(HOBNAIL_MEMORY_KERNEL, HOBNAIL_MEMORY_RESERVED)
