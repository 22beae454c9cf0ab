#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "canvas.h"

static uint32_t pixel(const struct canvas *c, uint32_t x, uint32_t y)
{
	uint32_t value = 0;

	assert_true(x < c->surface.width && y < c->surface.height);
	memcpy(&value, c->surface.pixels + (uint64_t)y * c->surface.pitch + x * c->surface.pixel_bytes,
	       c->surface.pixel_bytes);
	return value;
}

static uint32_t untouched(const struct canvas *c)
{
	return 0xa5a5a5a5u >> (32 - 8 * c->surface.pixel_bytes);
}

/* Exactly the pixels of this rectangle have changed. */
static void only_touched(const struct canvas *c, uint32_t x, uint32_t y, uint32_t width, uint32_t height)
{
	for (uint32_t row = 0; row < c->surface.height; row++)
		for (uint32_t column = 0; column < c->surface.width; column++) {
			bool inside = column >= x && column - x < width && row >= y && row - y < height;
			if ((pixel(c, column, row) != untouched(c)) != inside)
				fail_msg("pixel %u,%u", column, row);
		}
}

static void draw_puts_colours_through_the_masks(void **state)
{
	static const uint32_t colours[] = { 0x000000, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff, 0x808080 };
	static const uint32_t want[LAYOUTS][6] = {
		{ 0, 0xffffff, 0xff0000, 0xff00, 0xff, 0x808080 },
		{ 0, 0xffffff, 0xff, 0xff00, 0xff0000, 0x808080 },
		/* 128 * 1023 / 255 = 513.5 */
		{ 0, 0x3fffffff, 0x3ff00000, 0xffc00, 0x3ff, 514u << 20 | 514u << 10 | 514 },
		{ 0, 0xffffff, 0xff0000, 0xff00, 0xff, 0x808080 },
		{ 0, 0xffff, 0xf800, 0x7e0, 0x1f, 16 << 11 | 32 << 5 | 16 },
	};

	(void)state;
	for (size_t l = 0; l < LAYOUTS; l++) {
		struct canvas c = canvas_new(&layouts[l], 6, 1, 0);
		for (uint32_t i = 0; i < 6; i++) {
			draw_fill(&c.surface, i, 0, 1, 1, colours[i]);
			assert_int_equal(pixel(&c, i, 0), want[l][i]);
		}
		canvas_free(&c);
	}
}

static void draw_ignores_what_is_above_the_colour(void **state)
{
	struct canvas c = canvas_new(&layouts[0], 2, 1, 0);

	(void)state;
	draw_fill(&c.surface, 0, 0, 1, 1, 0x123456);
	draw_fill(&c.surface, 1, 0, 1, 1, 0xff123456);
	assert_int_equal(pixel(&c, 0, 0), 0x123456);
	assert_int_equal(pixel(&c, 1, 0), 0x123456);
	canvas_free(&c);
}

static void draw_fill_touches_its_rectangle_alone(void **state)
{
	(void)state;
	for (size_t l = 0; l < LAYOUTS; l++) {
		struct canvas c = canvas_new(&layouts[l], 37, 11, 13);
		draw_fill(&c.surface, 3, 2, 30, 7, 0x102030);
		only_touched(&c, 3, 2, 30, 7);
		canvas_free(&c);
	}
}

static void draw_fill_is_cut_at_the_edges(void **state)
{
	static const struct { uint32_t x, y, width, height; } wild[] = {
		{ 20, 5, 100, 100 },      { 36, 10, UINT32_MAX, UINT32_MAX }, { 37, 0, 1, 1 },
		{ 0, 11, 1, 1 },          { UINT32_MAX, 3, 5, 5 },            { 3, UINT32_MAX, 5, 5 },
		{ 0, 0, 0, 5 },           { 0, 0, 5, 0 },                     { 10, 10, UINT32_MAX, 1 },
	};
	(void)state;
	for (size_t l = 0; l < LAYOUTS; l++)
		for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
			struct canvas c = canvas_new(&layouts[l], 37, 11, 7);
			draw_fill(&c.surface, wild[i].x, wild[i].y, wild[i].width, wild[i].height, 0x405060);
			only_touched(&c, wild[i].x, wild[i].y, wild[i].width, wild[i].height);
			canvas_free(&c);
		}
}

/* The font spells itself: an L has its foot at the bottom left, a box stands for what there is no character for. */
static void draw_glyph_has_ink_and_paper(void **state)
{
	const struct font *f = &font_console;

	(void)state;
	for (size_t l = 0; l < LAYOUTS; l++) {
		struct canvas c = canvas_new(&layouts[l], 40, 30, 5);
		unsigned ink = 0;
		draw_glyph(&c.surface, f, 7, 4, 1, 'L', 0xffffff, 0);
		only_touched(&c, 7, 4, f->width, f->height);
		for (uint32_t y = 0; y < f->height; y++)
			for (uint32_t x = 0; x < f->width; x++)
				ink += pixel(&c, 7 + x, 4 + y) != 0;
		assert_in_range(ink, 10, 30);
		canvas_free(&c);
	}
}

static void draw_glyph_is_not_mirrored(void **state)
{
	struct canvas c = canvas_new(&layouts[0], font_console.width, font_console.height, 0);
	unsigned left = 0, right = 0, top = 0, bottom = 0;

	(void)state;
	draw_glyph(&c.surface, &font_console, 0, 0, 1, 'L', 0xffffff, 0);
	for (uint32_t y = 0; y < font_console.height; y++)
		for (uint32_t x = 0; x < font_console.width; x++)
			if (pixel(&c, x, y)) {
				left += x < font_console.width / 2;
				right += x > font_console.width / 2;
				top += y < font_console.height / 2;
				bottom += y >= font_console.height / 2;
			}
	assert_true(left > right);
	assert_true(bottom > top);
	canvas_free(&c);
}

static void draw_glyph_scales_each_pixel_to_a_square(void **state)
{
	const struct font *f = &font_console;
	struct canvas one = canvas_new(&layouts[0], f->width, f->height, 0);
	struct canvas three = canvas_new(&layouts[0], 3 * f->width, 3 * f->height, 9);

	(void)state;
	draw_glyph(&one.surface, f, 0, 0, 1, 'R', 0xffffff, 0);
	draw_glyph(&three.surface, f, 0, 0, 3, 'R', 0xffffff, 0);
	for (uint32_t y = 0; y < three.surface.height; y++)
		for (uint32_t x = 0; x < three.surface.width; x++)
			assert_int_equal(pixel(&three, x, y), pixel(&one, x / 3, y / 3));
	canvas_free(&one);
	canvas_free(&three);
}

static void draw_glyph_is_cut_at_the_edges(void **state)
{
	const struct font *f = &font_console;

	(void)state;
	for (size_t l = 0; l < LAYOUTS; l++)
		for (uint32_t scale = 0; scale < 5; scale++)
			for (uint32_t at = 0; at < 24; at++) {
				struct canvas c = canvas_new(&layouts[l], 23, 23, 3);
				draw_glyph(&c.surface, f, at, 23 - at, scale, '#', 0xffffff, 0);
				only_touched(&c, at, 23 - at, f->width * scale, f->height * scale);
				canvas_free(&c);
			}
	struct canvas c = canvas_new(&layouts[0], 23, 23, 3);
	draw_glyph(&c.surface, f, 22, 22, UINT32_MAX, '#', 0xffffff, 0);
	draw_glyph(&c.surface, f, UINT32_MAX, 0, 1, '#', 0xffffff, 0);
	draw_glyph(&c.surface, f, 0, UINT32_MAX, 1, '#', 0xffffff, 0);
	only_touched(&c, 22, 22, 1, 1);
	canvas_free(&c);
}

static void draw_glyph_of_any_byte_is_in_the_font(void **state)
{
	struct canvas c = canvas_new(&layouts[0], font_console.width, font_console.height, 0);
	struct canvas box = canvas_new(&layouts[0], font_console.width, font_console.height, 0);

	(void)state;
	draw_glyph(&box.surface, &font_console, 0, 0, 1, '\x7f', 0xffffff, 0);
	for (int i = 0; i < 256; i++) {
		draw_glyph(&c.surface, &font_console, 0, 0, 1, (char)i, 0xffffff, 0);
		bool same = memcmp(c.surface.pixels, box.surface.pixels, c.bytes) == 0;
		assert_int_equal(same, i < 0x20 || i > 0x7e);
	}
	canvas_free(&c);
	canvas_free(&box);
}

static struct screen screen_on(const struct canvas *c)
{
	return (struct screen){
		.surface = &c->surface, .font = &font_console, .right = c->surface.width, .bottom = c->surface.height,
		.scale = 1, .ink = 0xffffff, .paper = 0,
	};
}

/* Room for 4 characters in 3 lines, and a bit more. */
static struct canvas small_canvas(void)
{
	return canvas_new(&layouts[0], 4u * font_console.width + 3, 3u * font_console.height + 5, 4);
}

static void draw_text_advances_one_cell_a_character(void **state)
{
	struct canvas c = small_canvas();
	struct screen s = screen_on(&c);

	(void)state;
	draw_text(&s, "abc", 3);
	assert_int_equal(s.x, 3 * font_console.width);
	assert_int_equal(s.y, 0);
	only_touched(&c, 0, 0, 3u * font_console.width, font_console.height);
	canvas_free(&c);
}

static void draw_text_wraps_to_what_left_is_then(void **state)
{
	struct canvas c = small_canvas();
	struct screen s = screen_on(&c);

	(void)state;
	draw_text(&s, "abcd", 4);
	assert_int_equal(s.y, 0); /* it fits exactly */
	s.left = font_console.width;
	draw_text(&s, "e", 1);
	assert_int_equal(s.y, font_console.height);
	assert_int_equal(s.x, 2 * font_console.width);
	draw_text(&s, "\nf", 2);
	assert_int_equal(s.y, 2 * font_console.height);
	assert_int_equal(s.x, 2 * font_console.width);
	assert_false(s.full);
	canvas_free(&c);
}

static void draw_text_stops_when_the_area_is_full(void **state)
{
	struct canvas c = small_canvas();
	struct screen s = screen_on(&c);
	char many[1000];

	(void)state;
	memset(many, '#', sizeof many);
	draw_text(&s, many, 12);
	assert_false(s.full);
	draw_text(&s, many, 1);
	assert_true(s.full);
	only_touched(&c, 0, 0, 4u * font_console.width, 3u * font_console.height);
	draw_text(&s, many, sizeof many);
	only_touched(&c, 0, 0, 4u * font_console.width, 3u * font_console.height);
	canvas_free(&c);
}

static void draw_text_stays_inside_its_area(void **state)
{
	const struct font *f = &font_console;
	struct canvas c = canvas_new(&layouts[3], 10u * f->width, 6u * f->height, 1);
	struct screen s = screen_on(&c);

	(void)state;
	s.left = s.x = 2;
	s.y = 3;
	s.right = 2 + 4u * f->width;
	s.bottom = 3 + 2u * f->height;
	for (int i = 0; i < 50; i++)
		draw_text(&s, "####", 4);
	assert_true(s.full);
	only_touched(&c, 2, 3, 4u * f->width, 2u * f->height);
	canvas_free(&c);
}

static void draw_text_needs_room_for_one_character(void **state)
{
	struct canvas c = small_canvas();
	struct screen s = screen_on(&c);

	(void)state;
	s.scale = 5; /* wider than the canvas */
	draw_text(&s, "a", 1);
	assert_true(s.full);
	s = screen_on(&c);
	s.scale = UINT32_MAX;
	draw_text(&s, "a\nb", 3);
	assert_true(s.full);
	s = screen_on(&c);
	for (int i = 0; i < 1000; i++) {
		s.scale = UINT32_MAX;
		draw_newline(&s); /* never comes round to the top */
	}
	s.scale = 1;
	draw_text(&s, "a", 1);
	assert_true(s.full);
	only_touched(&c, 0, 0, 0, 0);
	canvas_free(&c);
}

static void draw_text_gives_a_character_one_box_whatever_its_bytes(void **state)
{
	struct canvas c = small_canvas();
	struct screen s = screen_on(&c);

	(void)state;
	draw_text(&s, "\xe2\x86\x92\xc3\xa4", 5); /* an arrow and an umlaut */
	assert_int_equal(s.x, 2 * font_console.width);
	canvas_free(&c);
}

static void draw_print_formats(void **state)
{
	struct canvas c = small_canvas(), same = small_canvas();
	struct screen s = screen_on(&c), t = screen_on(&same);

	(void)state;
	draw_print(&s, "%u%s", 42u, "ab");
	draw_text(&t, "42ab", 4);
	assert_memory_equal(c.surface.pixels, same.surface.pixels, c.bytes);
	canvas_free(&c);
	canvas_free(&same);
}

static void draw_possible_wants_all_lines_inside(void **state)
{
	static uint8_t memory[4];
	const struct surface good = { memory, 640, 480, 2600, 4, 0xff0000, 0xff00, 0xff };
	const uint64_t bytes = 479 * 2600 + 640 * 4;
	struct surface s = good;

	(void)state;
	assert_true(draw_possible(&s, bytes));
	assert_false(draw_possible(&s, bytes - 1));
	s.pitch = 2559;
	assert_false(draw_possible(&s, UINT64_MAX));
	s = good, s.width = UINT32_MAX;
	assert_false(draw_possible(&s, UINT64_MAX)); /* 4 bytes each exceed any pitch */
	s = good, s.height = UINT32_MAX, s.pitch = UINT32_MAX;
	assert_false(draw_possible(&s, bytes));
	s = good, s.width = 0;
	assert_false(draw_possible(&s, bytes));
	s = good, s.height = 0;
	assert_false(draw_possible(&s, bytes));
	s = good, s.pixels = NULL;
	assert_false(draw_possible(&s, bytes));
}

static void draw_possible_wants_pixels_that_it_can_write(void **state)
{
	static uint8_t memory[4];
	const struct surface good = { memory, 8, 8, 64, 4, 0xff0000, 0xff00, 0xff };
	struct surface s = good;

	(void)state;
	s.pixel_bytes = 1;
	assert_false(draw_possible(&s, 4096));
	s.pixel_bytes = 5;
	assert_false(draw_possible(&s, 4096));
	s.pixel_bytes = 2; /* red does not fit */
	assert_false(draw_possible(&s, 4096));
	s.pixel_bytes = 3;
	assert_true(draw_possible(&s, 4096));
	s.blue_mask = 0xff000000;
	assert_false(draw_possible(&s, 4096));
	s = good, s.green_mask = 0xf0f0; /* a hole */
	assert_false(draw_possible(&s, 4096));
	s = good, s.red_mask = 0xff000000;
	assert_true(draw_possible(&s, 4096));
	s = good, s.red_mask = UINT32_MAX; /* nonsense, but drawable */
	assert_true(draw_possible(&s, 4096));
	s = good, s.red_mask = 0;
	assert_true(draw_possible(&s, 4096));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draw_puts_colours_through_the_masks),
		cmocka_unit_test(draw_ignores_what_is_above_the_colour),
		cmocka_unit_test(draw_fill_touches_its_rectangle_alone),
		cmocka_unit_test(draw_fill_is_cut_at_the_edges),
		cmocka_unit_test(draw_glyph_has_ink_and_paper),
		cmocka_unit_test(draw_glyph_is_not_mirrored),
		cmocka_unit_test(draw_glyph_scales_each_pixel_to_a_square),
		cmocka_unit_test(draw_glyph_is_cut_at_the_edges),
		cmocka_unit_test(draw_glyph_of_any_byte_is_in_the_font),
		cmocka_unit_test(draw_text_advances_one_cell_a_character),
		cmocka_unit_test(draw_text_wraps_to_what_left_is_then),
		cmocka_unit_test(draw_text_stops_when_the_area_is_full),
		cmocka_unit_test(draw_text_stays_inside_its_area),
		cmocka_unit_test(draw_text_needs_room_for_one_character),
		cmocka_unit_test(draw_text_gives_a_character_one_box_whatever_its_bytes),
		cmocka_unit_test(draw_print_formats),
		cmocka_unit_test(draw_possible_wants_all_lines_inside),
		cmocka_unit_test(draw_possible_wants_pixels_that_it_can_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
