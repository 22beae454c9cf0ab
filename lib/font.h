/* font.h — a fixed-width bitmap font: the printable ASCII characters, and a box for everything else.
 *
 * Both are X11's "fixed" fonts (misc-fixed, whose licence reads "Public domain font. Share and enjoy."). The build
 * makes them from the system's font package with tools/font2c, as out/gen/font_NAME.c. They hold no pointer, so they
 * may be copied anywhere. */
#ifndef LIB_FONT_H
#define LIB_FONT_H

#include <stdint.h>

enum {
	FONT_FIRST = 0x20,                       /* the first and */
	FONT_LAST = 0x7e,                        /* the last character */
	FONT_BOX = FONT_LAST - FONT_FIRST + 1,   /* index of the box */
	FONT_GLYPHS = FONT_BOX + 1,
};

struct font {
	uint8_t width, height; /* pixels of every cell, 1 .. 32 */
	uint8_t row_bytes;     /* the leftmost pixel is the highest bit of the first byte */
	uint8_t rows[];        /* [FONT_GLYPHS][height][row_bytes] */
};

extern const struct font font_console; /* pith's: 9 by 18 pixels */
extern const struct font font_small;   /* the loader's: 8 by 13, in 1.2 KiB */

#endif
