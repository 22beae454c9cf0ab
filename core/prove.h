/* prove.h — the proof before the jump: every set of tables that this boot will run on meets the requirements of
 * require.c, as core/preflight.c judges them, and no memory that is still needed will be overwritten.
 *
 * prove_attempt() proves all that core/ builds. The firmware's own tables are read by the loader, which uses
 * prove_list() for them. */
#ifndef CORE_PROVE_H
#define CORE_PROVE_H

#include "require.h"

enum { PROVE_SENTENCE_BYTES = 480 };

/* Requirements, and the tables that they are about. */
struct proof {
	const struct attempt *a;
	struct needs needs;
	struct walker walker;
	const char *space; /* "the kernel's tables" */
	bool whole;        /* the list is all of this space, or as much as there is of it */
	/* Called for each list that is judged; may be NULL. The violation is NULL if the list holds. */
	void (*show)(const struct proof *proof, const struct violation *v);
	void *context;
	const struct claim *last; /* the last table page was found here */
	char sentence[PROVE_SENTENCE_BYTES]; /* the violation in words, where there is one */
};

/* `show` and `context` are the caller's. */
enum err prove_open(struct proof *proof, const struct attempt *a, struct problem *p);

/* Physical memory, the kernel's tables, the transition spaces.
 *   ERR_PREFLIGHT  with `sentence`: value[0] = virtual address, value[1] = enum preflight_fault, value[2] = level
 *   ERR_SEGMENT_OWN, ERR_DESTINATION_OWN; ERR_FULL: there are more requirements than the list holds */
enum err prove_attempt(struct proof *proof, struct problem *p);

/* Judge the list of needs by the tables that proof->walker reads, and empty it. `code` is the error of a violation;
 * `unreadable_is_fine`: a table that cannot be read is none. */
enum err prove_list(struct proof *proof, enum err code, bool unreadable_is_fine, struct problem *p);

#endif
