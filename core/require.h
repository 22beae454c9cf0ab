/* require.h — a boot's requirements for each set of tables that it will run on, as lists of struct requirement.
 *
 * They are made from the boot itself (the kernel's segments, the memory map, the ranges that the hand-off will touch)
 * and not from the tables or the builder's list of ranges. Only the places of stacks and net come from the plan:
 * nothing else knows them.
 *
 *   Order    ascending; each need_ function adds to the list as it is
 *   Memory   the list is a claim that is free after exit */
#ifndef CORE_REQUIRE_H
#define CORE_REQUIRE_H

#include "attempt.h"
#include "preflight.h"

struct needs {
	const struct attempt *a;
	struct requirement *list;
	size_t count, capacity;
	bool full;               /* there was more: see needs_end() */
	struct requirement next; /* flags, memory and index of the entries that are added now */
};

/* An empty list that has room for the needs of this boot, as it is now. */
enum err needs_open(struct needs *n, const struct attempt *a, struct problem *p);

/* Empty the list.   ERR_FULL if entries were dropped: the proof is void */
enum err needs_end(struct needs *n, struct problem *p);

/* The kernel's space: ranges that matter by themselves. Accesses that are not needed do no harm. */
void need_named(struct needs *n);

/* The kernel's space: everything in it, exactly. */
void need_everything(struct needs *n);

/* The transition space, and the first one if the number of levels changes. */
void need_on_the_way(struct needs *n);
void need_first_on_the_way(struct needs *n);

/* The firmware's space. The switch begins in it: in the running image's text, and after the net's copy and the page
 * where other processors begin have been filled. Neither is executed there, so firmware may forbid that. */
void need_before(struct needs *n);

/* The firmware's space, of a kernel that runs in it: segments, record and modules, one to one. */
void need_within(struct needs *n);

#endif
