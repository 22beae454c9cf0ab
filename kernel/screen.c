#include "screen.h"

#include "format.h"

/* A display as pixels of one colour each. */
struct screen {
	uint8_t *pixels;
	uint32_t width, height, pitch, pixel_bytes;
	const struct hobnail_framebuffer *fb;
};

struct colour {
	uint8_t red, green, blue;
};

/* Spread the top bits of an 8-bit value over a mask. */
static uint32_t channel(uint8_t value, uint32_t mask)
{
	uint64_t lowest = mask & -(uint64_t)mask;

	return lowest ? (uint32_t)(value * (mask / lowest) / 255 * lowest) : 0;
}

static void fill(const struct screen *s, uint32_t x, uint32_t y, uint32_t width, uint32_t height, struct colour c)
{
	uint32_t pixel = channel(c.red, s->fb->red_mask) | channel(c.green, s->fb->green_mask) | channel(c.blue, s->fb->blue_mask);

	for (uint32_t row = y; row < y + height && row < s->height; row++) {
		uint8_t *at = s->pixels + (uint64_t)row * s->pitch + (uint64_t)x * s->pixel_bytes;
		for (uint32_t i = 0; i < width && x + i < s->width; i++, at += s->pixel_bytes) {
			if (s->pixel_bytes == 4)
				*(volatile uint32_t *)(void *)at = pixel;
			else
				for (uint32_t b = 0; b < s->pixel_bytes; b++)
					((volatile uint8_t *)at)[b] = (uint8_t)(pixel >> 8 * b);
		}
	}
}

/* Digits and the stroke between them as blocks, three wide and five high; the top row is in the high bits. */
static uint16_t blocks_of(char c)
{
	static const uint16_t digits[] = { 075557, 026227, 071747, 071717, 055711, 074717, 074757, 071111, 075757, 075717 };

	if (c >= '0' && c <= '9')
		return digits[c - '0'];
	return c == '/' ? 011244 : 0;
}

static void draw_glyph(const struct screen *s, uint32_t x, uint32_t y, uint32_t block, char c, struct colour colour)
{
	uint16_t blocks = blocks_of(c);

	for (uint32_t row = 0; row < 5; row++)
		for (uint32_t column = 0; column < 3; column++)
			if (blocks >> (14 - 3 * row - column) & 1)
				fill(s, x + column * block, y + row * block, block, block, colour);
}

void screen_draw(const struct hobnail_boot *boot, const struct score *score)
{
	static const struct colour green = { 24, 120, 64 }, red = { 160, 32, 40 }, white = { 250, 250, 245 };
	const struct hobnail_framebuffer *fb = hobnail_entry(boot, &boot->framebuffers, 0);
	char text[16];

	if (!fb || fb->width < 160 || fb->height < 120)
		return;
	struct screen s = {
		(uint8_t *)(uintptr_t)(fb->virt ? fb->virt : fb->phys), fb->width, fb->height, fb->pitch, fb->bits_per_pixel / 8, fb,
	};
	uint32_t glyphs = (uint32_t)format(text, sizeof text, "%u/%u", score->held, score->applicable);
	uint32_t block = fb->width / (4 * glyphs + 4);
	uint32_t x = (fb->width - (4 * glyphs - 1) * block) / 2, y = (fb->height - 5 * block) / 2;

	fill(&s, 0, 0, s.width, s.height, score->held == score->applicable ? green : red);
	for (uint32_t i = 0; i < glyphs; i++)
		draw_glyph(&s, x + 4 * i * block, y, block, text[i], white);
}
