/* there is no tag 21, but the kernel is relocatable */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_LOAD_BASE, broken_write(tag, NO_TAG))
