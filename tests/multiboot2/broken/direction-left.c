/* DF is set */
#include "multiboot2.h"

DETOUR_WITHIN("std")
