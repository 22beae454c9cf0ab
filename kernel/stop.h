/* stop.h — one processor ends the machine, perhaps after a report; the others stop. */
#ifndef KERNEL_STOP_H
#define KERNEL_STOP_H

#include <stdbool.h>

/* Returns on the first processor that calls it, however often that calls it; the console is then this processor's
 * alone. All other processors halt. Call only when other processors run. */
void stop_others(void);

/* Has stop_others() been called on this processor? On another one, so that this one must stop? */
bool stop_is_ours(void);
bool stop_is_wanted(void);

#endif
