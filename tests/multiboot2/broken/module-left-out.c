/* a module is missing */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_MODULE, broken_write(broken_tag(tag - 8, MULTIBOOT2_MODULE, 1), NO_TAG))
