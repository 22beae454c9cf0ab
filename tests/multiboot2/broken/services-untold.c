/* there is no tag 18 */
#include "multiboot2.h"

BROKEN_TAG(MULTIBOOT2_SERVICES_ALIVE, broken_write(tag, NO_TAG))
