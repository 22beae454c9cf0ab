/* RSP is a multiple of 16 */
#include "multiboot2.h"

DETOUR_WITHIN("sub $8, %rsp")
