/* terminal.h — text on the first display. */
#ifndef KERNEL_TERMINAL_H
#define KERNEL_TERMINAL_H

#include <hobnail/boot.h>
#include <stddef.h>

/* Clears the display and shows text on it from now on. Its memory is mapped at `at`. Does nothing with a display that
 * is too small. */
void terminal_open(const struct hobnail_framebuffer *fb, void *at);

/* The display's memory is mapped at `at` now; NULL: it is not mapped any more. */
void terminal_move(void *at);

/* Shows font.h's characters, '\n' and '\b'; ignores other control characters. */
void terminal_write(const char *text, size_t bytes);

#endif
