/* tag 21 is not the kernel's address */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_LOAD_BASE, broken_write(tag + TAG_FIRST, read_le32(tag + TAG_FIRST) + 0x200000))
