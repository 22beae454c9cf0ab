/* crash.h — failures of the kernel on purpose, to test their report. */
#ifndef KERNEL_CRASH_H
#define KERNEL_CRASH_H

#include <stdbool.h>

/* Plans, or with `now` performs, the failures that the command line asks for:
 *
 *     crash=KIND            now, if `now`; KIND is stack, double, null or assert, which do not return
 *     crash=KIND@start      on another processor, before it has started; this must be called before that
 *     crash=KIND@tick+MS    in the first timer interrupt after MS milliseconds
 *     crash=KIND@call+MS    in the first PITH_WRITE after MS milliseconds
 *     crash=KIND@write+MS   likewise, after user memory was copied; KIND end: on all processors, once each is in
 *                           PITH_WRITE
 *     crash=KIND@report     in the report of a fault that another crash= causes
 *     crash=NAME@...        an access of trespass.h, by its name there
 *     crash=stray@...       an interrupt without a handler; the kernel goes on
 *     crash=edge            returns; the next system call on this processor takes an exception before its first
 *                           instruction */
void crash_if_asked(const char *words, bool now);

enum crash_place {
	CRASH_START, /* another processor, before it has started */
	CRASH_TICK,  /* a timer's interrupt, with process_lock   */
	CRASH_CALL,  /* PITH_WRITE, at its beginning             */
	CRASH_WRITE, /* ... once it has copied from user memory  */
	CRASH_REPORT, /* the report of a fault                   */
};

/* Performs the planned failure if `place` is its place and its time has come. */
void crash_if_here(enum crash_place place);

#endif
