/* schedule.h — who runs where, and when. All under process_lock, unless it says otherwise. */
#ifndef KERNEL_SCHEDULE_H
#define KERNEL_SCHEDULE_H

#include "process.h"

enum { SLICE_NS = 10000000 };

/* A process that did not run may run from now on. */
void schedule_ready(struct process *p);

/* This process rests in `state` until schedule_wake(), or goes on at once if it has been killed: look at `killed` after. */
void schedule_rest(enum pith_state state);

/* The same, at most until arch_now() is `at`; PITH_SLEEPING or PITH_READING. */
void schedule_sleep(enum pith_state state, uint64_t at);

/* One that rests goes on; on others no effect. */
void schedule_wake(struct process *p);

/* Others may run first. */
void schedule_yield(void);

/* Where this process may run has changed: it is somewhere there when this returns. */
void schedule_move(void);

/* This process never runs again. */
_Noreturn void schedule_end(void);

/* If this process's turn is over: those that wait are next, here or for another processor. Else, or if nobody waits, it goes on. */
void schedule_turn(void);

/* In the midst of long work, with interrupts masked as ever: wake sleepers whose time has come, and if this process's turn is over,
 * let those that wait run next. Takes the lock. */
void schedule_breathe(void);

/* The timer has come: wake whom it was for. Is this process's turn over? Then schedule_turn() is to follow. */
bool schedule_tick(void);

/* What a processor that has nothing else to do does, on its own idle stack, for ever. Takes the lock. */
_Noreturn void schedule_idle(void);

#endif
