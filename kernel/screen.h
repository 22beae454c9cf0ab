/* screen.h — the result and the facts of the boot, as text on the first display. */
#ifndef KERNEL_SCREEN_H
#define KERNEL_SCREEN_H

#include "contract/contract.h"

/* Does nothing without a display, or with one that is too small. The record must be trusted. */
void screen_draw(const struct hobnail_boot *boot, const struct score *score);

#endif
