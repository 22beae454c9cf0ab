/* Tables of two entries in three levels, with leaves in all of them. */
#define SCALED_BITS   1
#define SCALED_LEVELS 3
#define SCALED_LEAF   2
#include "scaled_paging.h"
