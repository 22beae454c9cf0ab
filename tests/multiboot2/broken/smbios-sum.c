/* the checksum of the entry point of SMBIOS is wrong */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_SMBIOS, tag[TAG_THIRD + 8] ^= 1)
