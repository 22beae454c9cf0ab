/* still.h — does any memory of a machine change while it runs? A processor that polls a device may count its tries:
 * then its loop ends some day. */
#ifndef CLI_STILL_H
#define CLI_STILL_H

#include <stdbool.h>

#include "view.h"

/* The machine is stopped, runs for so long, and is stopped again. True: no byte of its memory is another one then.
 * False: one is, or that cannot be found out: there are more than 2 GiB; or QEMU's memory may not be read, and the
 * temporary folder has no room for a copy of it. */
bool memory_is_still(struct view *v, int milliseconds);

#endif
