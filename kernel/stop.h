/* stop.h — one processor ends the machine, and reports before if it must; the others stop where they are. */
#ifndef KERNEL_STOP_H
#define KERNEL_STOP_H

#include <stdbool.h>

/* The first processor that calls this comes back, as often as it calls, and has the console for itself; all others never do anything
 * again. Once there are others that run. */
void stop_others(void);

/* Has that been called here? On another processor: then this one is to stop. */
bool stop_is_ours(void);
bool stop_is_wanted(void);

#endif
