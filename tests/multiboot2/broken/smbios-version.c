/* the version before the entry point of SMBIOS is another */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_SMBIOS, tag[TAG_FIRST + 1] ^= 1)
