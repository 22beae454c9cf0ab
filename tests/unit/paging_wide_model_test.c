/* Tables of four entries in two levels: ranges with edges inside a table, and entries on both sides. */
#define SCALED_BITS   2
#define SCALED_LEVELS 2
#define SCALED_LEAF   1
#include "scaled_paging.h"
