/* upper memory is a page less than there is */
#include "multiboot2.h"

BROKEN_LATE_TAG(MULTIBOOT2_BASIC_MEMORY, broken_write(tag + TAG_SECOND, read_le32(tag + TAG_SECOND) - 4))
