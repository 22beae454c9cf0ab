/* read_screen.h — what stands on a page of loader/screen.c: cells compared with the font. */
#ifndef TESTS_READ_SCREEN_H
#define TESTS_READ_SCREEN_H

#include "draw.h"

#include <string.h>

enum { READ_LINE = 15 }; /* pixels from one line to the next */

static inline uint32_t read_pixel(const struct surface *s, uint32_t x, uint32_t y)
{
	uint32_t value = 0;

	memcpy(&value, s->pixels + (uint64_t)y * s->pitch + (uint64_t)x * s->pixel_bytes, s->pixel_bytes);
	return value;
}

/* The character whose glyph stands at (x, y), each of its pixels scale by scale; 0: none. */
static inline char read_cell(const struct surface *s, uint32_t scale, uint32_t x, uint32_t y)
{
	uint32_t paper = read_pixel(s, s->width - 1, s->height - 1);

	for (unsigned glyph = 0; glyph < FONT_GLYPHS; glyph++) {
		const uint8_t *rows = font_small.rows + glyph * font_small.height;
		bool same = true;
		for (uint32_t v = 0; same && v < font_small.height * scale; v++)
			for (uint32_t u = 0; same && u < font_small.width * scale; u++)
				same = (read_pixel(s, x + u, y + v) != paper) == (rows[v / scale] >> (7 - u / scale) & 1);
		if (same)
			return glyph == FONT_BOX ? '\x7f' : (char)(FONT_FIRST + glyph);
	}
	return 0;
}

/* All lines, each ended by '\n', without blanks at their ends and without empty lines below; '\1' where there is no
 * character. */
static inline void read_screen(const struct surface *s, uint32_t scale, char *out, size_t size)
{
	uint32_t margin = (s->width < s->height ? s->width : s->height) / 32;
	size_t used = 0, line = 0;

	for (uint32_t y = margin; y + READ_LINE * scale <= s->height - margin; y += READ_LINE * scale) {
		line = used;
		for (uint32_t x = margin; x + font_small.width * scale <= s->width - margin; x += font_small.width * scale) {
			char c = read_cell(s, scale, x, y);
			if (used + 2 < size)
				out[used++] = c ? c : '\1';
		}
		while (used > line && out[used - 1] == ' ')
			used--;
		if (used + 1 < size)
			out[used++] = '\n';
	}
	while (used > 1 && out[used - 1] == '\n' && out[used - 2] == '\n')
		used--;
	out[used] = 0;
}

#endif
