#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"
#include "canvas.h"
#include "read_screen.h"
#include "terminal.h"

enum { NIGHT = 0x181825, BRIGHT = 0xcdd6f4, MARGIN = 8, WIDTH = 9, HEIGHT = 18 };

static void open_on(const struct canvas *c)
{
	struct hobnail_framebuffer fb = framebuffer_of(c);

	terminal_open(&fb, c->surface.pixels);
}

static struct canvas room_for(uint32_t columns, uint32_t rows)
{
	struct canvas c = canvas_new(&layouts[0], 2 * MARGIN + columns * WIDTH + 5, 2 * MARGIN + rows * HEIGHT + 11,
	                             12);

	open_on(&c);
	return c;
}

static void say(const char *text)
{
	terminal_write(text, strlen(text));
}

static void shows_scaled(const struct canvas *c, uint32_t scale, const char *want)
{
	const struct page page = { &font_console, HEIGHT, MARGIN, scale };
	static char text[200 * 200];

	read_page(&c->surface, &page, text, sizeof text);
	assert_string_equal(text, want);
}

static void shows(const struct canvas *c, const char *want)
{
	shows_scaled(c, 1, want);
}

static void opening_clears_the_display(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(layouts); i++) {
		struct canvas c = canvas_new(&layouts[i], 320, 200, 7), want = canvas_new(&layouts[i], 320, 200, 7);
		draw_fill(&want.surface, 0, 0, 320, 200, NIGHT);
		open_on(&c);
		assert_memory_equal(c.surface.pixels, want.surface.pixels, c.bytes);
		canvas_free(&c);
		canvas_free(&want);
	}
}

static void text_is_shown_in_every_layout_of_pixels(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(layouts); i++)
		for (uint32_t slack = 0; slack < 70; slack += 23) {
			struct canvas c = canvas_new(&layouts[i], 641, 203, slack);
			open_on(&c);
			say("pith$ ls\n  registers: 0123456789abcdef ~{}");
			shows(&c, "pith$ ls\n  registers: 0123456789abcdef ~{}\n");
			canvas_free(&c);
		}
}

static void glyphs_are_bright_on_night(void **state)
{
	struct canvas c = room_for(20, 4), one = canvas_new(&layouts[0], WIDTH, HEIGHT, 0);

	(void)state;
	say("\n R");
	draw_glyph(&one.surface, &font_console, 0, 0, 1, 'R', BRIGHT, NIGHT);
	for (uint32_t y = 0; y < HEIGHT; y++)
		for (uint32_t x = 0; x < WIDTH; x++)
			assert_int_equal(read_pixel(&c.surface, MARGIN + WIDTH + x, MARGIN + HEIGHT + y),
			                 read_pixel(&one.surface, x, y));
	canvas_free(&c);
	canvas_free(&one);
}

static void a_line_that_is_full_wraps_when_more_follows(void **state)
{
	struct canvas c = room_for(20, 5);

	(void)state;
	say("exactly twenty wide!");
	shows(&c, "exactly twenty wide!\n");
	say("\nand no empty line between, but this is more than one\n.");
	shows(&c, "exactly twenty wide!\nand no empty line be\ntween, but this is m\nore than one\n.\n");
	canvas_free(&c);
}

static void a_full_screen_scrolls_by_half(void **state)
{
	struct canvas c = room_for(20, 6);

	(void)state;
	say("1\n2\n3\n4 of six\n5\n6");
	shows(&c, "1\n2\n3\n4 of six\n5\n6\n");
	say("\n");
	shows(&c, "4 of six\n5\n6\n");
	say("7\n8\n9");
	shows(&c, "4 of six\n5\n6\n7\n8\n9\n");
	say("\n10");
	shows(&c, "7\n8\n9\n10\n");
	canvas_free(&c);
}

static void an_odd_number_of_lines_scrolls_too(void **state)
{
	struct canvas c = room_for(20, 5);

	(void)state;
	say("1\n2\n3\n4\n5\n6");
	shows(&c, "3\n4\n5\n6\n");
	canvas_free(&c);
}

static void backspace_goes_back_within_the_line(void **state)
{
	struct canvas c = room_for(20, 4);

	(void)state;
	say("abc\b\bX");
	shows(&c, "aXc\n");
	say("\b\b\b\b\b\bY");
	shows(&c, "YXc\n");
	say("\nls \b \b");
	shows(&c, "YXc\nls\n");
	say("\b!\n\bz");
	shows(&c, "YXc\nl!\nz\n");
	say("\n01234567890123456789\b?"); /* the last column, although the line was full */
	shows(&c, "YXc\nl!\nz\n0123456789012345678?\n");
	canvas_free(&c);
}

static void other_control_characters_do_nothing(void **state)
{
	struct canvas c = room_for(20, 4);

	(void)state;
	say("a\r\t\v\f\033\a\001\037b");
	terminal_write("\0\0c", 3);
	shows(&c, "abc\n");
	canvas_free(&c);
}

static void a_character_of_several_bytes_has_one_box(void **state)
{
	struct canvas c = room_for(20, 4);

	(void)state;
	say("<\xe2\x86\x92\xc3\xa4\xf0\x9f\x94\xa8\x7f>");
	shows(&c, "<\x7f\x7f\x7f\x7f>\n");
	canvas_free(&c);
}

static void it_grows_with_the_display(void **state)
{
	static const struct { uint32_t width, height, scale; } displays[] = {
		{ 640, 480, 1 }, { 1024, 768, 1 }, { 1920, 1080, 1 }, { 3199, 2160, 1 }, { 3200, 1999, 1 },
		{ 3200, 2000, 2 }, { 3840, 2160, 2 }, { 4800, 3000, 3 }, { 400, 4000, 1 }, { 5000, 300, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(displays); i++) {
		struct canvas c = canvas_new(&layouts[4], displays[i].width, displays[i].height, 0);
		open_on(&c);
		say("Some text\nand more");
		shows_scaled(&c, displays[i].scale, "Some text\nand more\n");
		canvas_free(&c);
	}
}

/* 200 columns and 64 lines are used of more. */
static void a_large_display_is_used_as_far_as_lines_are_kept(void **state)
{
	struct canvas c = canvas_new(&layouts[4], 2 * MARGIN + 300 * WIDTH, 2 * MARGIN + 70 * HEIGHT, 0);
	char text[201 + 62], want[sizeof text];

	(void)state;
	open_on(&c);
	memset(text, '#', 201);
	memset(text + 201, '\n', 62); /* to the last line */
	terminal_write(text, sizeof text);
	memset(want, '#', 200);
	strcpy(want + 200, "\n#\n");
	shows(&c, want);
	say("last\n");
	memset(want, '\n', 31); /* half of them have gone */
	strcpy(want + 31, "last\n");
	shows(&c, want);
	canvas_free(&c);
}

static void it_stays_inside_of_any_display(void **state)
{
	static const char text[] = "a text that is longer than any line of these displays can be, and\nmore\n of \b it";

	(void)state;
	for (uint32_t width = 1; width < 230; width += width < 190 ? 7 : 1)
		for (uint32_t height = 1; height < 100; height += height < 80 ? 1 + width % 5 : 1) {
			struct canvas c = canvas_new(&layouts[width % COUNT_OF(layouts)], width, height, width % 4);
			open_on(&c);
			for (int i = 0; i < 3; i++)
				say(text);
			assert_int_equal(is_untouched(&c),
			                 width < 2 * MARGIN + 20 * WIDTH || height < 2 * MARGIN + 4 * HEIGHT);
			canvas_free(&c);
		}
}

static void what_cannot_be_drawn_on_is_left_alone(void **state)
{
	(void)state;
	for (unsigned how = 0; how < SPOILT; how++) {
		struct canvas c = canvas_new(&layouts[0], 300, 100, 8);
		struct hobnail_framebuffer bad = framebuffer_spoilt(&c, how);
		terminal_open(&bad, c.surface.pixels);
		say("nothing");
		terminal_open(&bad, NULL);
		say("nothing");
		assert_true(is_untouched(&c));
		canvas_free(&c);
	}
}

/* What the kernel does when it goes over to its own tables: the display is the same, at another address. */
static void it_goes_on_where_its_memory_has_moved_to(void **state)
{
	struct canvas c = room_for(20, 4);
	uint8_t *copy = malloc(c.bytes), *before = c.surface.pixels;

	(void)state;
	assert_non_null(copy);
	say("one\ntwo");
	memcpy(copy, before, c.bytes);
	terminal_move(copy);
	c.surface.pixels = copy;
	memset(before, UNTOUCHED, c.bytes);
	say(", three\n4\n5");
	shows(&c, "one\ntwo, three\n4\n5\n");
	say("\n6");
	shows(&c, "4\n5\n6\n");
	for (uint64_t i = 0; i < c.bytes; i++)
		assert_int_equal(before[i], UNTOUCHED);
	free(before);
	canvas_free(&c);
}

static void without_memory_it_is_silent(void **state)
{
	struct canvas c = room_for(20, 4);

	(void)state;
	terminal_move(NULL);
	say("nothing\nat\nall\n\n\n\n");
	shows(&c, "\n");
	open_on(&c); /* from the top again */
	say("again");
	shows(&c, "again\n");
	canvas_free(&c);
}

/* ---- Against a model: all lines that there were, of which the last are shown ---- */

enum { COLUMNS = 23, ROWS = 7, LINES_MOST = 20000 };

static struct {
	char lines[LINES_MOST][COLUMNS + 1];
	unsigned first, last, column; /* shown: from first */
} model;

static void model_line(void)
{
	model.column = 0;
	model.last++;
	if (model.last - model.first == ROWS)
		model.first += ROWS / 2;
}

static void model_put(char c)
{
	if (c == '\n') {
		model_line();
	} else if (c == '\b') {
		model.column -= model.column > 0;
	} else {
		if (model.column == COLUMNS)
			model_line();
		char *line = model.lines[model.last];
		for (size_t i = strlen(line); i < model.column; i++)
			line[i] = ' ';
		line[model.column++] = c;
	}
}

static void model_is_shown(const struct canvas *c)
{
	char want[ROWS * (COLUMNS + 1) + 1] = "";

	for (unsigned i = model.first; i <= model.last; i++) {
		char line[COLUMNS + 1];
		strcpy(line, model.lines[i]);
		for (size_t end = strlen(line); end && line[end - 1] == ' '; end--)
			line[end - 1] = 0;
		strcat(strcat(want, line), "\n");
	}
	size_t used = strlen(want);
	while (used > 1 && want[used - 1] == '\n' && want[used - 2] == '\n')
		want[--used] = 0;
	shows(c, want);
}

static void any_text_looks_as_it_should(void **state)
{
	static const char some[] = "\n\n\n\b\b\b\b  "
	                           "abcdefghijklmnopqrstuvwxyz0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ~!/$";
	struct canvas c = room_for(COLUMNS, ROWS);

	(void)state;
	srand(7);
	for (int n = 0; n < 500; n++) {
		char piece[40];
		size_t bytes = (size_t)rand() % sizeof piece;
		for (size_t i = 0; i < bytes; i++)
			model_put(piece[i] = some[(size_t)rand() % (sizeof some - 1)]);
		terminal_write(piece, bytes);
		model_is_shown(&c);
	}
	assert_true(model.last > 500 && model.last < LINES_MOST);
	canvas_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening_clears_the_display),
		cmocka_unit_test(text_is_shown_in_every_layout_of_pixels),
		cmocka_unit_test(glyphs_are_bright_on_night),
		cmocka_unit_test(a_line_that_is_full_wraps_when_more_follows),
		cmocka_unit_test(a_full_screen_scrolls_by_half),
		cmocka_unit_test(an_odd_number_of_lines_scrolls_too),
		cmocka_unit_test(backspace_goes_back_within_the_line),
		cmocka_unit_test(other_control_characters_do_nothing),
		cmocka_unit_test(a_character_of_several_bytes_has_one_box),
		cmocka_unit_test(it_grows_with_the_display),
		cmocka_unit_test(a_large_display_is_used_as_far_as_lines_are_kept),
		cmocka_unit_test(it_stays_inside_of_any_display),
		cmocka_unit_test(what_cannot_be_drawn_on_is_left_alone),
		cmocka_unit_test(it_goes_on_where_its_memory_has_moved_to),
		cmocka_unit_test(without_memory_it_is_silent),
		cmocka_unit_test(any_text_looks_as_it_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
