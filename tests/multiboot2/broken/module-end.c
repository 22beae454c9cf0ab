/* the last byte of a module is another */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_MODULE, ((uint8_t *)memory_at(read_le32(tag + TAG_SECOND)))[-1] ^= 1)
