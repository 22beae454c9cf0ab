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
#include "after/screen.h"

static void open_on(const struct canvas *c)
{
	struct hobnail_framebuffer fb = framebuffer_of(c);

	screen_open(&fb, 0);
}

static void say(const char *text)
{
	screen_write(SCREEN_TEXT, text, strlen(text));
}

static void shows(const struct canvas *c, uint32_t scale, const char *want)
{
	char text[8192];

	read_screen(&c->surface, scale, text, sizeof text);
	assert_string_equal(text, want);
}

/* 20 columns and 6 lines of text, and margins of 2 pixels. */
static struct canvas small(void)
{
	struct canvas c = canvas_new(&layouts[0], 20 * 8 + 7, 6 * 15 + 5, 12);

	open_on(&c);
	return c;
}

static void screen_draws_nothing_before_something_is_said(void **state)
{
	struct canvas c = small();

	(void)state;
	assert_true(is_untouched(&c));
	screen_write(SCREEN_TEXT, "", 0);
	say("a");
	shows(&c, 1, "a\n");
	canvas_free(&c);
}

static void screen_shows_text_in_every_layout_of_pixels(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(layouts); i++)
		for (uint32_t slack = 0; slack < 70; slack += 23) {
			struct canvas c = canvas_new(&layouts[i], 641, 203, slack);
			open_on(&c);
			screen_write(SCREEN_ACCENT, "What is wrong!\n", 15);
			say("registers: 0123456789abcdef ~{}");
			shows(&c, 1, "What is wrong!\nregisters: 0123456789abcdef ~{}\n");
			canvas_free(&c);
		}
}

/* One glyph, pixel by pixel as lib/draw.c makes it, in each style's colour. */
static void screen_draws_glyphs_in_the_colour_of_their_style(void **state)
{
	static const uint32_t inks[] = { [SCREEN_TEXT] = 0xcdd6f4, [SCREEN_ACCENT] = 0xf38ba8,
	                                 [SCREEN_FAINT] = 0x7f849c };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(layouts); i++)
		for (unsigned style = 0; style < COUNT_OF(inks); style++) {
			struct canvas c = canvas_new(&layouts[i], 640, 480, 8), one = canvas_new(&layouts[i], 8, 13, 0);
			open_on(&c);
			screen_write(style, " R", 2);
			draw_glyph(&one.surface, &font_small, 0, 0, 1, 'R', inks[style], 0x181825);
			for (uint32_t y = 0; y < 13; y++)
				for (uint32_t x = 0; x < 8; x++)
					assert_int_equal(read_pixel(&c.surface, 15 + 8 + x, 15 + y),
					                 read_pixel(&one.surface, x, y));
			canvas_free(&c);
			canvas_free(&one);
		}
}

static void screen_wraps_between_words(void **state)
{
	struct canvas c = small();

	(void)state;
	say("the kernel returned from its entry point\nand stopped.\n");
	shows(&c, 1, "the kernel returned\nfrom its entry point\nand stopped.\n");
	canvas_free(&c);
	c = small();
	say("exactly twenty wide! and no blank after it\n");
	shows(&c, 1, "exactly twenty wide!\nand no blank after\nit\n");
	canvas_free(&c);
}

static void screen_breaks_a_word_that_is_longer_than_a_line(void **state)
{
	struct canvas c = small();

	(void)state;
	say("at 0123456789012345678901234567890 x\n");
	shows(&c, 1, "at 01234567890123456\n78901234567890 x\n");
	canvas_free(&c);
}

static void screen_keeps_the_first_lines_and_says_that_there_are_more(void **state)
{
	struct canvas c = small();

	(void)state;
	say("1\n2\n3\n4\n5\n6\n");
	shows(&c, 1, "1\n2\n3\n4\n5\n6\n"); /* it all fits */
	say("\n\n");
	shows(&c, 1, "1\n2\n3\n4\n5\n6\n");
	say("7\n");
	shows(&c, 1, "1\n2\n3\n4\n5\n6                ...\n");
	uint8_t *copy = malloc(c.bytes);
	assert_non_null(copy);
	memcpy(copy, c.surface.pixels, c.bytes);
	for (int i = 0; i < 100; i++)
		say("more and more\n");
	assert_memory_equal(copy, c.surface.pixels, c.bytes);
	free(copy);
	canvas_free(&c);
}

static void screen_grows_with_the_display(void **state)
{
	static const struct { uint32_t width, height, scale; } displays[] = {
		{ 640, 480, 1 }, { 1024, 768, 1 }, { 1920, 1080, 1 }, { 1920, 1448, 2 },
		{ 2560, 1600, 2 }, { 3840, 2160, 3 },
		{ 480, 4000, 1 }, { 4000, 300, 1 },
		{ 2560, 1437, 1 }, { 2560, 1438, 2 }, /* 45 lines, or 44.97 */
		{ 1637, 4000, 1 }, { 1638, 4000, 2 }, /* 96 columns, or 95.94 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(displays); i++) {
		struct canvas c = canvas_new(&layouts[0], displays[i].width, displays[i].height, 0);
		open_on(&c);
		say("Some text\nand more");
		shows(&c, displays[i].scale, "Some text\nand more\n");
		uint32_t bar = 4 * displays[i].scale; /* at the top, as wide as the display */
		for (unsigned right = 0; right < 2; right++) {
			uint32_t x = right ? displays[i].width - 1 : 0;
			assert_int_equal(read_pixel(&c.surface, x, 0), 0xf38ba8);
			assert_int_equal(read_pixel(&c.surface, x, bar - 1), 0xf38ba8);
			assert_int_equal(read_pixel(&c.surface, x, bar), 0x181825);
			assert_int_equal(read_pixel(&c.surface, x, displays[i].height - 1), 0x181825);
		}
		canvas_free(&c);
	}
}

static void screen_stays_inside_of_any_display(void **state)
{
	char many[400];

	(void)state;
	memset(many, '#', sizeof many);
	for (uint32_t width = 1; width < 80; width++)
		for (uint32_t height = 1; height < 60; height += 1 + width % 3) {
			struct canvas c = canvas_new(&layouts[width % COUNT_OF(layouts)], width, height, width % 4);
			open_on(&c);
			screen_write(SCREEN_TEXT, many, sizeof many);
			assert_int_equal(is_untouched(&c),
			                 width - 2 * ((width < height ? width : height) / 32) < 64 || height < 15);
			canvas_free(&c);
		}
}

static void screen_leaves_alone_what_cannot_be_drawn_on(void **state)
{
	(void)state;
	for (unsigned how = 0; how < SPOILT; how++) {
		struct canvas c = canvas_new(&layouts[0], 300, 100, 8);
		struct hobnail_framebuffer bad = framebuffer_spoilt(&c, how);
		screen_open(&bad, 0);
		say("nothing");
		assert_true(is_untouched(&c));
		canvas_free(&c);
	}
}

static void screen_is_reached_at_the_address_that_is_given(void **state)
{
	struct canvas c = canvas_new(&layouts[3], 300, 100, 1);
	struct hobnail_framebuffer elsewhere = framebuffer_of(&c);

	(void)state;
	elsewhere.phys = 16;
	screen_open(&elsewhere, (uintptr_t)c.surface.pixels);
	say("here");
	shows(&c, 1, "here\n");
	canvas_free(&c);
}

static void screen_that_is_closed_stays_as_it_is(void **state)
{
	struct canvas c = small();

	(void)state;
	screen_close();
	say("no");
	assert_true(is_untouched(&c));
	open_on(&c);
	say("yes\n");
	screen_close();
	say("no");
	shows(&c, 1, "yes\n");
	open_on(&c); /* begins anew */
	say("again");
	shows(&c, 1, "again\n");
	canvas_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screen_draws_nothing_before_something_is_said),
		cmocka_unit_test(screen_shows_text_in_every_layout_of_pixels),
		cmocka_unit_test(screen_draws_glyphs_in_the_colour_of_their_style),
		cmocka_unit_test(screen_wraps_between_words),
		cmocka_unit_test(screen_breaks_a_word_that_is_longer_than_a_line),
		cmocka_unit_test(screen_keeps_the_first_lines_and_says_that_there_are_more),
		cmocka_unit_test(screen_grows_with_the_display),
		cmocka_unit_test(screen_stays_inside_of_any_display),
		cmocka_unit_test(screen_leaves_alone_what_cannot_be_drawn_on),
		cmocka_unit_test(screen_is_reached_at_the_address_that_is_given),
		cmocka_unit_test(screen_that_is_closed_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
