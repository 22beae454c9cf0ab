/* spans.h — lists of physical ranges. Pure. */
#ifndef CORE_SPANS_H
#define CORE_SPANS_H

#include "err.h"

/* Make them whole pages, in ascending order, apart from each other: ranges that overlap or touch become one; ranges
 * that are empty, wrap or do not end below `limit` are left out. Returns the number that is left. Sorted by
 * insertion, because lists are short: PLAN_MAX_DEVICES (32) at most. */
size_t spans_sort(struct span *list, size_t count, uint64_t limit);

#endif
