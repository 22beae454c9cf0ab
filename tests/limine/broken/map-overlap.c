/* usable memory overlaps its neighbour */
#include "limine.h"

BROKEN_MAP(({
	uint64_t i = 0;
	while (i + 2 < count && (broken_map_entry(i)[2] != 0 ||
	                         broken_map_entry(i)[0] + broken_map_entry(i)[1] != broken_map_entry(i + 1)[0]))
		i++;
	broken_map_entry(i)[1] += PAGE_BYTES;
}))
