/* the framebuffer's address is the firmware's flash memory */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_FRAMEBUFFER, broken_write(tag + TAG_FIRST, 0xfffff000))
