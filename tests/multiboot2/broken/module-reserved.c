/* the memory of modules is reserved */
#include "multiboot2.h"

BROKEN_TYPE(HOBNAIL_MEMORY_MODULE, HOBNAIL_MEMORY_RESERVED)
