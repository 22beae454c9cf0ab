/* the display has another width */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_FRAMEBUFFER, broken_write(tag + 20, 800))
