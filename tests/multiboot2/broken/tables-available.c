/* memory of ACPI's tables is available */
#include "multiboot2.h"

BROKEN_TYPE(HOBNAIL_MEMORY_ACPI_RECLAIM, HOBNAIL_MEMORY_USABLE)
