/* cpus.h — the other processors, for kernels that ask for them: memory and stacks in firmware, the start in the net, and the
 * loop in which each of them waits to be released.
 *
 * A boot whose kernel does not ask has handoff.cpu_count == 0 and does nothing here but place the one boot stack. */
#ifndef LOADER_CPUS_H
#define LOADER_CPUS_H

#include "boot.h"

/* For this long nobody has answered: the others are given up. Processors answer within one millisecond, emulated ones when
 * their host lets them: four that spin on two busy cores have been seen to need more than 100. */
enum { CPUS_PATIENCE_MS = 2000 };

/* ---- In firmware --------------------------------------------------------------------------------------- */

/* How many there are to start. The request is dropped where they cannot be, or is an error if it is required. */
enum err cpus_prepare(struct boot *b, struct problem *p);

/* Boot stacks for all, and the net's memory of each: into the plan. */
enum err cpus_place(struct boot *b, struct problem *p);

/* Into the record: where their stacks are. From it: where their mailboxes are. */
void cpus_record(const struct boot *b, struct hobnail_boot *r);

/* ---- In the net ---------------------------------------------------------------------------------------- */

/* Start all that handoff lists, and say in the record which of them wait. false: there are none. */
bool cpus_start(struct handoff *h);

/* A sentence about one that could not be started: on the console, and in the log. */
void cpus_say(const struct handoff_cpu *c, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* How many of them have answered so far? */
unsigned cpus_answered(const struct handoff *h);

/* Where a started processor ends: answer, wait on the mailbox, go. In the kernel's space, on its own boot stack. */
void cpus_park(struct handoff_cpu *c) __attribute__((noreturn));

#endif
