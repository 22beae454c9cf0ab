/* trap.h — the functions that kernel/arch/ calls for traps: with interrupts masked, on the kernel stack of the
 * interrupted process (or of the idle process), unless the comment says otherwise. */
#ifndef KERNEL_TRAP_H
#define KERNEL_TRAP_H

#include "arch.h"

/* This processor's timer interrupt; the timer is not set any more. */
void trap_timer(void);

/* The interrupt that arch_kick() on another processor sent. */
void trap_kicked(void);

/* A system call of the running process. Returns the call's result. */
uint64_t trap_call(uint64_t number, const uint64_t argument[5]);

/* A fault in user mode: the process ends. */
_Noreturn void trap_user_fault(const struct fault *f);

/* A fault in the kernel, or a machine error: prints a report and ends the machine. May run on any stack, and on several
 * processors at once. `why`: a cause that the fault does not show ("kernel stack overflow"), or NULL. */
_Noreturn void trap_kernel_fault(const struct fault *f, const char *why);

/* Every trap calls this last before it returns to user mode: another process may run now, or this one ends here. */
void trap_leave(void);

#endif
