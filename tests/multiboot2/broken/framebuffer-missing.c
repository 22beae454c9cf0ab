/* there is no tag 8 */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_FRAMEBUFFER, broken_write(tag, NO_TAG))
