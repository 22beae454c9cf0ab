/* an entry of the memory map has a type that does not exist */
#include "limine.h"

BROKEN_MAP(BROKEN_FIRST(1)[2] = 12)
