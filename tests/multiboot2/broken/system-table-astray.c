/* tag 12 is not the system table */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_EFI64_TABLE, broken_write(tag + TAG_FIRST, read_le32(tag + TAG_FIRST) + 8))
