/* require.h — what a boot needs of each set of tables that it will run on, in lists of struct requirement.
 *
 * They are made from the boot itself, the kernel's segments, the memory map, what the hand-off will touch, and not from the tables
 * or the builder's list of ranges. Of the plan only the places of stacks and net are taken, which nothing else knows.
 *
 *   Order    ascending; each need_ function adds to the list as it is
 *   Memory   the list is a claim that is free after exit */
#ifndef LOADER_REQUIRE_H
#define LOADER_REQUIRE_H

#include "boot.h"
#include "preflight.h"

struct needs {
	const struct boot *b;
	struct requirement *list;
	size_t count, capacity;
	bool full;               /* there was more: see needs_end() */
	struct requirement next; /* what all that is added now has in common: flags, memory, index */
};

/* An empty list that has room for the needs of this boot, as it is now. */
enum err needs_open(struct needs *n, struct boot *b, struct problem *p);

/* Empty it. What it was proves nothing when it lacked something.   ERR_FULL */
enum err needs_end(struct needs *n, struct problem *p);

/* Of the kernel's space: what matters by itself. Accesses that are not needed are no harm. */
void need_named(struct needs *n);

/* Of the kernel's space: all that is in it, exactly. */
void need_everything(struct needs *n);

/* Of the transition space, and of the first one where the number of levels changes. */
void need_on_the_way(struct needs *n);
void need_first_on_the_way(struct needs *n);

/* Of the firmware's space. The switch begins in it: in the running image's text, and after the net's copy and the page where other
 * processors begin have been filled. Neither is executed there, so firmware may forbid that. */
void need_before(struct needs *n);

#endif
