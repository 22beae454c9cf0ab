/* the framebuffer is one of EGA text */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_FRAMEBUFFER, tag[29] = 2)
