/* terminal.h — text on the first display. */
#ifndef KERNEL_TERMINAL_H
#define KERNEL_TERMINAL_H

#include <hobnail/boot.h>
#include <stddef.h>

/* Show text there from now on, from the top of an empty screen; `at`: where its memory is mapped. Does nothing with a display
 * that is too small. */
void terminal_open(const struct hobnail_framebuffer *fb, void *at);

/* The memory has moved; nothing else has changed. */
void terminal_move(void *at);

/* '\n', '\b' and what font.h has; no other control characters. */
void terminal_write(const char *text, size_t bytes);

#endif
