#include "after/screen.h"

#include "draw.h"

enum { /* colours: as pith's */
	NIGHT = 0x181825,
	BRIGHT = 0xcdd6f4,
	RED = 0xf38ba8,
	FAINT = 0x7f849c,
};

/* Characters are scaled up while this many columns and lines still fit: the size of a large report. */
enum { REPORT_COLUMNS = 96, REPORT_LINES = 45 };

enum { FEWEST_COLUMNS = 8 };

enum { BAR = 4, LEADING = 2 }; /* pixels: height of the bar at the top, and between two lines */

static struct surface surface;
static uint64_t surface_bytes;

/* The page is a grid of cells. */
static bool begun, full;
static uint32_t margin, scale, columns, rows, column, row;

void screen_open(const struct hobnail_framebuffer *framebuffer, uint64_t at)
{
	surface = (struct surface){
		.pixels = (uint8_t *)(uintptr_t)(at ? at : framebuffer->phys),
		.width = framebuffer->width,
		.height = framebuffer->height,
		.pitch = framebuffer->pitch,
		.pixel_bytes = framebuffer->bits_per_pixel / 8,
		.red_mask = framebuffer->red_mask,
		.green_mask = framebuffer->green_mask,
		.blue_mask = framebuffer->blue_mask,
	};
	surface_bytes = framebuffer->bytes;
	begun = full = false;
}

void screen_close(void)
{
	begun = full = true;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Begin an empty page. It counts as full if nothing can be written on it. */
static void begin(void)
{
	begun = true;
	full = true;
	if (!draw_possible(&surface, surface_bytes))
		return;
	margin = least(surface.width, surface.height) / 32;
	scale = least((surface.width - 2 * margin) / (REPORT_COLUMNS * font_small.width),
	              (surface.height - 2 * margin) / (REPORT_LINES * (font_small.height + LEADING)));
	scale += scale == 0;
	columns = (surface.width - 2 * margin) / (font_small.width * scale);
	rows = (surface.height - 2 * margin) / ((font_small.height + LEADING) * scale);
	column = row = 0;
	full = columns < FEWEST_COLUMNS || rows == 0;
	if (full)
		return;
	draw_fill(&surface, 0, 0, surface.width, surface.height, NIGHT);
	draw_fill(&surface, 0, 0, surface.width, least(BAR * scale, margin), RED);
}

static void put(char c, uint32_t ink)
{
	draw_glyph(&surface, &font_small, margin + column * font_small.width * scale, 
	           margin + row * (font_small.height + LEADING) * scale, scale, c, ink, NIGHT);
	column++;
}

static void new_line(void)
{
	column = 0;
	row++;
}

/* End the last line with dots: there was more to say. */
static void close_page(void)
{
	row = rows - 1;
	for (column = columns - 3; column < columns;)
		put('.', RED);
	full = true;
}

static size_t word_length(const char *text, size_t bytes)
{
	size_t n = 0;

	while (n < bytes && text[n] != ' ' && text[n] != '\n')
		n++;
	return n;
}

/* Does the text at text[0] go to the next line? Yes if this line is full, or if a word begins there that fits on a
 * line, but not on the rest of this one. */
static bool wraps(const char *text, size_t bytes, bool word_begins)
{
	size_t length = word_begins ? word_length(text, bytes) : 1;

	return column == columns || (column + length > columns && length <= columns);
}

void screen_write(enum screen_style style, const char *text, size_t bytes)
{
	static const uint32_t inks[] = { [SCREEN_TEXT] = BRIGHT, [SCREEN_ACCENT] = RED, [SCREEN_FAINT] = FAINT };

	if (!begun)
		begin();
	for (size_t i = 0; i < bytes && !full; i++) {
		if (text[i] == '\n') {
			new_line();
			continue;
		}
		if (wraps(text + i, bytes - i, i == 0 || text[i - 1] == ' ')) {
			new_line();
			if (text[i] == ' ')
				continue;
		}
		if (row >= rows)
			close_page();
		else
			put(text[i], inks[style]);
	}
}
