/* trap.h — what the processor directories do with traps: they call these, with interrupts masked, on the kernel stack of the
 * process that was interrupted (or of idleness) unless it says otherwise. */
#ifndef KERNEL_TRAP_H
#define KERNEL_TRAP_H

#include "arch.h"

/* The timer of this processor has come, and is not set any more. */
void trap_timer(void);

/* Another processor has called arch_kick() for this one. */
void trap_kicked(void);

/* A system call of the process that runs here: its number and arguments, and what goes back to it. */
uint64_t trap_call(uint64_t number, const uint64_t argument[5]);

/* User mode did what it must not: this process ends. */
_Noreturn void trap_user_fault(const struct fault *f);

/* The kernel did, or an error came that belongs to nobody: report it and end the machine. On whatever stack; other processors may
 * call it at the same time. `why`: what the fault says not by itself ("kernel stack overflow"), or NULL. */
_Noreturn void trap_kernel_fault(const struct fault *f, const char *why);

/* The last thing before user mode is entered again, from every trap: another process may run now, or this one ends here. */
void trap_leave(void);

#endif
