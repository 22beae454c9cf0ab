/* read_screen.h — what stands on a page of loader/after/screen.c or kernel/terminal.c: cells compared with the font. */
#ifndef TESTS_READ_SCREEN_H
#define TESTS_READ_SCREEN_H

#include "draw.h"

#include <string.h>

/* Where cells are; pixels before they are scaled, but the margin. */
struct page {
	const struct font *font;
	uint32_t line; /* from one line to the next */
	uint32_t margin, scale;
};

static inline uint32_t read_pixel(const struct surface *s, uint32_t x, uint32_t y)
{
	uint32_t value = 0;

	memcpy(&value, s->pixels + (uint64_t)y * s->pitch + (uint64_t)x * s->pixel_bytes, s->pixel_bytes);
	return value;
}

/* The character whose glyph stands at (x, y); 0: none. */
static inline char read_cell(const struct surface *s, const struct page *p, uint32_t x, uint32_t y)
{
	const struct font *f = p->font;
	uint32_t paper = read_pixel(s, s->width - 1, s->height - 1);

	for (unsigned glyph = 0; glyph < FONT_GLYPHS; glyph++) {
		const uint8_t *rows = f->rows + glyph * f->height * f->row_bytes;
		bool same = true;
		for (uint32_t v = 0; same && v < f->height * p->scale; v++)
			for (uint32_t u = 0; same && u < f->width * p->scale; u++) {
				uint32_t bit = u / p->scale;
				uint8_t byte = rows[v / p->scale * f->row_bytes + bit / 8];
				same = (read_pixel(s, x + u, y + v) != paper) == (byte >> (7 - bit % 8) & 1);
			}
		if (same)
			return glyph == FONT_BOX ? '\x7f' : (char)(FONT_FIRST + glyph);
	}
	return 0;
}

/* All lines, each ended by '\n', without blanks at their ends and without empty lines below; '\1' where there is no
 * character. */
static inline void read_page(const struct surface *s, const struct page *p, char *out, size_t size)
{
	uint32_t width = p->font->width * p->scale, height = p->line * p->scale;
	size_t used = 0, line = 0;

	for (uint32_t y = p->margin; y + height <= s->height - p->margin; y += height) {
		line = used;
		for (uint32_t x = p->margin; x + width <= s->width - p->margin; x += width) {
			char c = read_cell(s, p, x, y);
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

static inline void read_screen(const struct surface *s, uint32_t scale, char *out, size_t size)
{
	struct page loader = { &font_small, 15, (s->width < s->height ? s->width : s->height) / 32, scale };

	read_page(s, &loader, out, size);
}

#endif
