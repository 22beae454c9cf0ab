/* the information's memory is reserved */
#include "multiboot2.h"

BROKEN_TYPE(HOBNAIL_MEMORY_RECORD, HOBNAIL_MEMORY_RESERVED)
