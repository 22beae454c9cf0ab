/* two entries of the memory map have changed places */
#include "limine.h"

BROKEN_MAP(({
	uint64_t *first = broken_map_entry(0), *last = broken_map_entry(count - 1);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t word = first[i];
		first[i] = last[i];
		last[i] = word;
	}
}))
