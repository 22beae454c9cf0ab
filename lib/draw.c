#include "draw.h"

#include "format.h"

static bool mask_fits(uint32_t mask, uint32_t pixel_bytes)
{
	uint32_t lowest = mask & -mask;

	return (mask & (mask + lowest)) == 0 && (pixel_bytes == 4 || mask >> 8 * pixel_bytes == 0);
}

bool draw_possible(const struct surface *s, uint64_t bytes)
{
	return s->pixels && s->width && s->height && s->pixel_bytes >= 2 && s->pixel_bytes <= 4 &&
	       (uint64_t)s->width * s->pixel_bytes <= s->pitch &&
	       (uint64_t)(s->height - 1) * s->pitch + (uint64_t)s->width * s->pixel_bytes <= bytes &&
	       mask_fits(s->red_mask, s->pixel_bytes) && mask_fits(s->green_mask, s->pixel_bytes) &&
	       mask_fits(s->blue_mask, s->pixel_bytes);
}

/* An 8-bit value as the bits of a mask, rounded to the nearest. */
static uint32_t channel(uint32_t value, uint32_t mask)
{
	uint32_t lowest = mask & -mask;

	return mask ? (uint32_t)(((uint64_t)(mask / lowest) * (value & 0xff) + 127) / 255) * lowest : 0;
}

static uint32_t pixel_of(const struct surface *s, uint32_t colour)
{
	return channel(colour >> 16, s->red_mask) | channel(colour >> 8, s->green_mask) | channel(colour, s->blue_mask);
}

static uint32_t least(uint64_t a, uint64_t b)
{
	return (uint32_t)(a < b ? a : b);
}

/* Writes `count` equal pixels and returns the address after them. Volatile: with translation off this is device memory,
 * and the compiler must not change the size or alignment of the stores. */
static uint8_t *put(uint8_t *at, uint32_t pixel_bytes, uint32_t pixel, uint32_t count)
{
	bool words = pixel_bytes == 4 && ((uintptr_t)at & 3) == 0;

	for (; count > 0; count--, at += pixel_bytes)
		if (words)
			*(volatile uint32_t *)(void *)at = pixel;
		else
			for (uint32_t i = 0; i < pixel_bytes; i++)
				((volatile uint8_t *)at)[i] = (uint8_t)(pixel >> 8 * i);
	return at;
}

static uint8_t *pixel_at(const struct surface *s, uint32_t x, uint32_t y)
{
	return s->pixels + (uint64_t)y * s->pitch + (uint64_t)x * s->pixel_bytes;
}

void draw_fill(const struct surface *s, uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t colour)
{
	uint32_t pixel = pixel_of(s, colour);

	if (x >= s->width || y >= s->height)
		return;
	width = least(width, s->width - x);
	height = least(height, s->height - y);
	for (uint32_t row = 0; row < height; row++)
		put(pixel_at(s, x, y + row), s->pixel_bytes, pixel, width);
}

static const uint8_t *glyph_rows(const struct font *font, char c)
{
	unsigned i = (unsigned char)c >= FONT_FIRST && (unsigned char)c <= FONT_LAST ? (unsigned)c - FONT_FIRST :
	                                                                               FONT_BOX;

	return font->rows + i * font->height * font->row_bytes;
}

void draw_glyph(const struct surface *s, const struct font *font, uint32_t x, uint32_t y, uint32_t scale, char c,
                uint32_t ink, uint32_t paper)
{
	uint32_t pixels[] = { pixel_of(s, paper), pixel_of(s, ink) };
	const uint8_t *rows = glyph_rows(font, c);

	if (x >= s->width || y >= s->height || scale == 0)
		return;
	uint32_t height = least((uint64_t)font->height * scale, s->height - y);
	uint32_t width = least((uint64_t)font->width * scale, s->width - x);
	for (uint32_t row = 0; row < height; row++) {
		const uint8_t *bits = rows + row / scale * font->row_bytes;
		uint8_t *at = pixel_at(s, x, y + row);
		for (uint32_t column = 0, done = 0; done < width; column++) {
			uint32_t run = least(scale, width - done);
			at = put(at, s->pixel_bytes, pixels[bits[column / 8] >> (7 - column % 8) & 1], run);
			done += run;
		}
	}
}

void draw_newline(struct screen *s)
{
	uint64_t y = s->y + (uint64_t)s->font->height * s->scale;

	s->x = s->left;
	s->y = least(y, UINT32_MAX);
}

/* Wraps the line if it is full; false: the area is full. */
static bool make_room(struct screen *s)
{
	uint64_t width = (uint64_t)s->font->width * s->scale, height = (uint64_t)s->font->height * s->scale;

	if (s->x + width > s->right && s->x > s->left)
		draw_newline(s);
	if (s->x + width > s->right || s->y + height > s->bottom)
		s->full = true;
	return !s->full;
}

void draw_text(struct screen *s, const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (((unsigned char)text[i] & 0xc0) == 0x80)
			continue; /* a continuation byte: its character's box is drawn already */
		if (text[i] == '\n') {
			draw_newline(s);
			continue;
		}
		if (!make_room(s))
			return;
		draw_glyph(s->surface, s->font, s->x, s->y, s->scale, text[i], s->ink, s->paper);
		s->x += s->font->width * s->scale;
	}
}

void draw_print(struct screen *s, const char *text, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, text);
	size_t bytes = format_v(line, sizeof line, text, arguments);
	va_end(arguments);
	draw_text(s, line, bytes);
}
