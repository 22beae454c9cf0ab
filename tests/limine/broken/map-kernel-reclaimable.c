/* the kernel's memory reads as reclaimable */
#include "limine.h"

BROKEN_MAP(BROKEN_FIRST(6)[2] = 5)
