/* the checksum of the RSDP of ACPI 1.0 is wrong */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_RSDP_OLD, tag[TAG_FIRST + 9] ^= 1)
