/* schedule.h — the scheduler. The caller of each function holds process_lock, unless its comment says otherwise. */
#ifndef KERNEL_SCHEDULE_H
#define KERNEL_SCHEDULE_H

#include "process.h"

enum { SLICE_NS = 10000000 };

/* Puts a process that did not run on a run queue. */
void schedule_ready(struct process *p);

/* This process rests in `state` until schedule_wake(). Returns at once if it has been killed: check `killed`
 * afterwards. */
void schedule_rest(enum pith_state state);

/* The same, but at most until arch_now() is `at`. `state` is PITH_SLEEPING or PITH_READING. */
void schedule_sleep(enum pith_state state, uint64_t at);

/* Makes a resting process ready; no effect on others. */
void schedule_wake(struct process *p);

/* Lets waiting processes run first. */
void schedule_yield(void);

/* Call after changing `pinned` of this process: it runs on the right processor when this returns. */
void schedule_move(void);

/* This process never runs again. */
_Noreturn void schedule_end(void);

/* If this process's time slice is over, lets waiting processes run, also those that wait for another processor. */
void schedule_turn(void);

/* Call during long work in the kernel, which masks interrupts: wakes sleepers whose time has come, and lets waiting
 * processes run if this process's time slice is over. Takes the lock. */
void schedule_breathe(void);

/* The timer interrupt: wakes the sleepers whose time has come. true: the time slice is over, so call
 * schedule_turn(). */
bool schedule_tick(void);

/* The idle loop of a processor, on its own idle stack, for ever. Takes the lock. */
_Noreturn void schedule_idle(void);

#endif
