/* no memory is usable */
#include "limine.h"

BROKEN_MAP(({
	for (uint64_t i = 0; i < count; i++)
		if (broken_map_entry(i)[2] == 0)
			broken_map_entry(i)[2] = 1;
}))
