/* there is no tag 20 */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_EFI64_HANDLE, broken_write(tag, NO_TAG))
