/* the RSDP's checksum is wrong */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_RSDP_NEW, tag[TAG_FIRST + 24] ^= 1)
