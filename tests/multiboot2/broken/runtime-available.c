/* data of runtime services are available */
#include "multiboot2.h"

BROKEN_TYPE(HOBNAIL_MEMORY_RUNTIME_DATA, HOBNAIL_MEMORY_USABLE)
