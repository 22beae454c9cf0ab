/* page 0 is usable */
#include "limine.h"

/* Its entry may be one of more pages: the first page becomes an entry of its own type with all of them. */
BROKEN_MAP(({
	uint64_t *first = broken_map_entry(0);
	if (first[0] == 0)
		first[2] = 0;
}))
