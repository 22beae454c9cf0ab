/* main.h — the hand-off itself, in the net. Its data is core/handoff.h's struct handoff. */
#ifndef LOADER_AFTER_MAIN_H
#define LOADER_AFTER_MAIN_H

/* Everything up to arch_enter(). */
void handoff_main(void) __attribute__((noreturn));

#endif
