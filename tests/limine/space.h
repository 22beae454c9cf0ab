/* space.h — what was wrong with the tables when they were read. */
#ifndef TESTS_LIMINE_SPACE_H
#define TESTS_LIMINE_SPACE_H

#include "judge.h"

struct space_defects {
	unsigned tables;
	uint64_t table_outside;    /* a table's physical address that is not reclaimable memory */
	uint64_t table_unreadable; /* one that the direct map does not reach */
	uint64_t wrong_entry;      /* the first address | 1 of an entry that no processor could use */
	bool too_many;             /* ranges */
};

extern struct space_defects space_defects;

#endif
