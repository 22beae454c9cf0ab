/* spans.h — lists of physical ranges. Pure. */
#ifndef CORE_SPANS_H
#define CORE_SPANS_H

#include "err.h"

/* Make them whole pages, in ascending order, apart from each other: what overlaps or touches becomes one; what is empty, wraps
 * or does not end below `limit` is left out. Returns how many are left. */
size_t spans_sort(struct span *list, size_t count, uint64_t limit);

#endif
