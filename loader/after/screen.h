/* screen.h — text on the framebuffer for the last messages, when there is no firmware any more.
 *
 *   When      after the first attempt to exit; opened again when the framebuffer gets another address
 *   Cost      nothing is drawn before something is written: a boot that goes well leaves the screen as it is
 *   Layout    dark, a red bar at the top, margins of 1/32 of the shorter side, a line each 15 pixels; large
 *             displays get large characters
 *   Policy    the first text clears the screen. When it is full, the rest is dropped and the last line ends with
 *             "...": the first lines of a report say most, and scrolling would have to read the framebuffer, which
 *             is slow
 *   State     static, without pointers into the image, so that it may be copied with it; nothing allocates
 *   Bounds    the structure may hold anything: an impossible framebuffer is left alone */
#ifndef LOADER_SCREEN_H
#define LOADER_SCREEN_H

#include <hobnail/boot.h>
#include <stddef.h>

enum screen_style {
	SCREEN_TEXT,
	SCREEN_ACCENT, /* what is wrong */
	SCREEN_FAINT,  /* what matters less */
};

/* Use this framebuffer, whose first byte is reached at `at` (0: at its physical address). None: width 0. */
void screen_open(const struct hobnail_framebuffer *framebuffer, uint64_t at);

/* Write no more: drawing itself has failed. */
void screen_close(void);

/* Text of printable ASCII and '\n'. Lines wrap, between words where a word fits on a line; one write should not end
 * within a word. */
void screen_write(enum screen_style style, const char *text, size_t bytes);

#endif
