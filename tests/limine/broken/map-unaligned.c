/* usable memory is not whole pages */
#include "limine.h"

BROKEN_MAP(({
	uint64_t *entry = BROKEN_FIRST(0);
	entry[0] += 512;
	entry[1] -= 512;
}))
