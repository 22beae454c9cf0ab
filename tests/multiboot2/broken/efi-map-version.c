/* the firmware's map has version 2 */
#include "multiboot2.h"

BROKEN_LATE_TAG(MULTIBOOT2_EFI_MAP, broken_write(tag + TAG_SECOND, 2))
