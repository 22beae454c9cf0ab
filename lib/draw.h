/* draw.h — rectangles and text on a linear framebuffer, for loader and kernel.
 *
 *   Units     pixels, counted from the top left corner; colours are 0xRRGGBB
 *   Bounds    everything is cut at the edges of the framebuffer: no write outside it
 *   Memory    never read (reading write-combining memory is slow), written once per pixel, from left to right
 *   State     none but in the structures; nothing allocates */
#ifndef LIB_DRAW_H
#define LIB_DRAW_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "font.h"

struct surface {
	uint8_t *pixels;
	uint32_t width, height;
	uint32_t pitch;       /* bytes from one line to the next */
	uint32_t pixel_bytes; /* 2, 3 or 4 */
	uint32_t red_mask, green_mask, blue_mask; /* within a pixel read as a little-endian number */
};

/* Can *s, with `bytes` bytes, be drawn on? Pixels of 16, 24 or 32 bits, lines no longer than the pitch, the last line
 * inside, masks inside the pixel. Call this once, after filling in *s and before drawing. */
bool draw_possible(const struct surface *s, uint64_t bytes);

void draw_fill(const struct surface *s, uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t colour);

/* One character, each of its pixels `scale` by `scale`. */
void draw_glyph(const struct surface *s, const struct font *font, uint32_t x, uint32_t y, uint32_t scale, char c,
                uint32_t ink, uint32_t paper);

/* Text in an area. The caller sets all members, and may change them between writes. Text beyond the area is dropped. */
struct screen {
	const struct surface *surface;
	const struct font *font;
	/* lines begin at left and wrap before right; a change of left applies from the next line on */
	uint32_t left, right;
	uint32_t bottom;       /* no line reaches below it */
	uint32_t x, y;         /* place of the next character */
	uint32_t scale;        /* 1 or more */
	uint32_t ink, paper;   /* colours */
	bool full;             /* something was dropped */
};

/* UTF-8, of which all but printable ASCII and '\n' becomes a box. */
void draw_text(struct screen *s, const char *text, size_t bytes);

/* The same with a format of lib/format.h, cut to 255 bytes. */
void draw_print(struct screen *s, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* Go to the next line. */
void draw_newline(struct screen *s);

#endif
