/* the memory of a framebuffer reads as reserved */
#include "limine.h"

BROKEN_MAP(BROKEN_FIRST(7)[2] = 1)
