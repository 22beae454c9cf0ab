/* outside.h — explains the end of any kernel under any loader, from outside: a reset, the same exception for ever,
 * processors that will never do anything else, or where they stand when time is up. */
#ifndef CLI_OUTSIDE_H
#define CLI_OUTSIDE_H

#include "explain/exceptions.h"
#include "stand.h"

struct run;

struct outside {
	struct exceptions exceptions; /* that QEMU has logged */
	struct stands stands;
	bool is_probing;              /* the log goes to the stands */
	long long loop_since;         /* the same exceptions come again and again since then; 0: they do not */
	uint64_t loop_count;          /* times that they had come then */
	long long look_after;         /* look at the machine when it has been quiet for so many milliseconds */
	bool is_deaf;                 /* QEMU has not answered: it is not asked again */
	bool is_over;                 /* nothing is heard of the log any more */
	bool has_explained;           /* there is one report for each run */
	bool was_triple_fault;        /* the reset */
	bool was_asked_for;           /* the reset: exceptions are logged, and none has caused it */
};

/* QEMU's log: for struct guest_ears. */
void outside_log(struct run *r, const char *bytes, size_t count);

/* Look at the machine, if it is time. Sets r->over if nothing else will happen, and nobody wants to stay. */
void outside_watch(struct run *r, long long now);

/* The run is over: say why, if the guest has not said it itself. The machine is stopped then. */
void outside_explain(struct run *r);

#endif
