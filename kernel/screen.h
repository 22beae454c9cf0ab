/* screen.h — the result on the first display: a panel, green when every promise held, red when not. */
#ifndef KERNEL_SCREEN_H
#define KERNEL_SCREEN_H

#include "contract.h"

/* Does nothing without a display, or with one that is too small. */
void screen_draw(const struct hobnail_boot *boot, const struct score *score);

#endif
