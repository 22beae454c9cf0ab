/* crash.h — failures of the kernel on purpose, to see them reported. */
#ifndef KERNEL_CRASH_H
#define KERNEL_CRASH_H

#include <stdbool.h>

/* Does the command line ask for one?
 *
 *     crash=KIND            now, if `now`; KIND is stack, double, null or assert, and this does not return then
 *     crash=KIND@start      on another processor, before it has started, if this was called before it comes
 *     crash=KIND@tick+MS    in the first timer's interrupt after so many milliseconds
 *     crash=KIND@call+MS    in the first PITH_WRITE after so many
 *     crash=KIND@write+MS   the same, after user memory was copied; KIND end: on all processors, once each has come to one
 *     crash=KIND@report     in the report of a fault, which another crash= brings about
 *     crash=WHAT@...        one of trespass.h's, by its name there
 *     crash=stray@...       an interrupt that nobody has asked for; goes on
 *     crash=edge            returns: the next system call on this processor meets an exception before its first instruction */
void crash_if_asked(const char *words, bool now);

enum crash_place {
	CRASH_START, /* another processor, before it has started */
	CRASH_TICK,  /* a timer's interrupt, with process_lock   */
	CRASH_CALL,  /* PITH_WRITE, at its beginning             */
	CRASH_WRITE, /* ... once it has copied from user memory  */
	CRASH_REPORT, /* the report of a fault                   */
};

/* This is such a place. */
void crash_if_here(enum crash_place place);

#endif
