/* there is no tag 9 */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_ELF_SECTIONS, broken_write(tag, NO_TAG))
