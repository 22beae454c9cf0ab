#include "terminal.h"

#include "base.h"
#include "draw.h"
#include "string.h"

enum { NIGHT = 0x181825, BRIGHT = 0xcdd6f4 };
enum { COLUMNS_MOST = 200, ROWS_MOST = 64, COLUMNS_FEWEST = 20, ROWS_FEWEST = 4, MARGIN = 8 };

static struct surface surface;
static uint32_t scale, columns, rows, column, row; /* rows 0: there is no terminal */

/* A copy of the displayed text: reads from display memory are slow. */
static char cells[ROWS_MOST][COLUMNS_MOST];

static void draw(uint32_t x, uint32_t y)
{
	uint32_t left = MARGIN + x * font_console.width * scale, top = MARGIN + y * font_console.height * scale;

	draw_glyph(&surface, &font_console, left, top, scale, cells[y][x], BRIGHT, NIGHT);
}

static void put(uint32_t x, uint32_t y, char c)
{
	if (cells[y][x] == c)
		return;
	cells[y][x] = c;
	draw(x, y);
}

void terminal_open(const struct hobnail_framebuffer *fb, void *at)
{
	surface = (struct surface){
		.pixels = at, .width = fb->width, .height = fb->height, .pitch = fb->pitch,
		.pixel_bytes = fb->bits_per_pixel / 8,
		.red_mask = fb->red_mask, .green_mask = fb->green_mask, .blue_mask = fb->blue_mask,
	};
	rows = row = column = 0;
	if (!at || !draw_possible(&surface, fb->bytes) || fb->width < 2 * MARGIN || fb->height < 2 * MARGIN)
		return;
	scale = (uint32_t)max_u64(1, min_u64(fb->width / 1600, fb->height / 1000));
	columns = (uint32_t)min_u64(COLUMNS_MOST, (fb->width - 2 * MARGIN) / (font_console.width * scale));
	rows = (uint32_t)min_u64(ROWS_MOST, (fb->height - 2 * MARGIN) / (font_console.height * scale));
	if (columns < COLUMNS_FEWEST || rows < ROWS_FEWEST)
		rows = 0;
	memset(cells, ' ', sizeof cells);
	if (rows)
		draw_fill(&surface, 0, 0, surface.width, surface.height, NIGHT);
}

void terminal_move(void *at)
{
	surface.pixels = at;
	if (!at)
		rows = 0;
}

/* Scrolls by half a screen and draws only changed characters, because drawing is slow. */
static void scroll(void)
{
	uint32_t lines = rows / 2;

	for (uint32_t y = 0; y < rows; y++)
		for (uint32_t x = 0; x < columns; x++)
			put(x, y, y + lines < rows ? cells[y + lines][x] : ' ');
	row = rows - lines;
}

static void new_line(void)
{
	column = 0;
	if (++row >= rows) /* greater if another processor was stopped while it scrolled */
		scroll();
}

void terminal_write(const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes && rows; i++) {
		if (text[i] == '\n') {
			new_line();
		} else if (text[i] == '\b') {
			column -= column > 0;
		} else if ((uint8_t)text[i] >= ' ' && (text[i] & 0xc0) != 0x80) {
			/* one cell for each UTF-8 character: the first byte counts */
			if (column == columns)
				new_line();
			put(column++, row, text[i]);
		}
	}
}
