/* cpus.h — the other processors after the exit, for kernels that ask for them: the start, and the loop in which
 * each of them waits to be released. core/space.c has made their memory and stacks. */
#ifndef LOADER_CPUS_H
#define LOADER_CPUS_H

#include "handoff.h"

/* If none has answered for this long, the others are given up. Processors answer within one millisecond, emulated
 * ones when their host lets them: four that spin on two busy cores have been seen to need more than 100. */
enum { CPUS_PATIENCE_MS = 2000 };

/* Start all that handoff lists, and tell the protocol which of them wait. false: there are none. */
bool cpus_start(struct handoff *h);

/* Say on the console and in the log why a processor could not be started. */
void cpus_say(const struct handoff_cpu *c, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* How many of them have answered so far? */
unsigned cpus_answered(const struct handoff *h);

/* The last step of a started processor, in the kernel's space and on its own boot stack: answer, wait as the protocol
 * says, and enter the kernel. */
void cpus_park(struct handoff_cpu *c) __attribute__((noreturn));

/* Called by a protocol's parked(): this processor enters the kernel as *r says. */
void cpus_enter_kernel(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r) __attribute__((noreturn));

#endif
