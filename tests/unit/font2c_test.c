#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../tools/font2c/font2c.h"

/* A PCF file, put together here a second time: cells of 9 by 18, ascent 14. Every glyph is a bar of 3 by 2 pixels,
 * two from the left and with its lower row on the line below the base line, in rows "101" and "011". */
enum { TABLES = 4, GLYPHS = CHARACTERS, FILE_MOST = 16384 };

struct file {
	uint8_t bytes[FILE_MOST];
	size_t size;
	size_t table[TABLES]; /* accelerators, metrics, bitmaps, encodings */
};

struct how {
	bool big, bits_msb, compressed;
	unsigned pad; /* log2 */
};

static void put(struct file *f, size_t at, unsigned bytes, uint32_t value, bool big)
{
	for (unsigned i = 0; i < bytes; i++)
		f->bytes[at + i] = (uint8_t)(value >> 8 * (big ? bytes - 1 - i : i));
	if (at + bytes > f->size)
		f->size = at + bytes;
}

static void add(struct file *f, unsigned bytes, uint32_t value, bool big)
{
	put(f, f->size, bytes, value, big);
}

static void table_begin(struct file *f, unsigned i, uint32_t type, uint32_t format)
{
	f->size = (f->size + 3) & ~(size_t)3;
	f->table[i] = f->size;
	put(f, 8 + 16 * i, 4, type, false);
	put(f, 8 + 16 * i + 4, 4, format, false);
	put(f, 8 + 16 * i + 12, 4, (uint32_t)f->size, false);
	add(f, 4, format, false);
}

static void table_end(struct file *f, unsigned i)
{
	put(f, 8 + 16 * i + 8, 4, (uint32_t)(f->size - f->table[i]), false);
}

static void add_metrics(struct file *f, struct how how)
{
	static const int values[5] = { 2, 5, 9, 1, 1 }; /* left, right, width, ascent, descent */

	table_begin(f, 1, 4, (how.big ? 4 : 0) | (how.compressed ? 0x100 : 0));
	add(f, how.compressed ? 2 : 4, GLYPHS, how.big);
	for (unsigned g = 0; g < GLYPHS; g++) {
		for (unsigned i = 0; i < 5; i++)
			add(f, how.compressed ? 1 : 2, (uint32_t)(values[i] + (how.compressed ? 0x80 : 0)), how.big);
		if (!how.compressed)
			add(f, 2, 0, how.big);
	}
	table_end(f, 1);
}

static void add_bitmaps(struct file *f, struct how how)
{
	unsigned row_bytes = 1u << how.pad;

	/* The scan unit is a whole row, so that the byte order matters. */
	table_begin(f, 2, 8, how.pad | (how.big ? 4 : 0) | (how.bits_msb ? 8 : 0) | how.pad << 4);
	add(f, 4, GLYPHS, how.big);
	for (unsigned g = 0; g < GLYPHS; g++)
		add(f, 4, g * 2 * row_bytes, how.big);
	for (unsigned i = 0; i < 4; i++)
		add(f, 4, GLYPHS * 2u << i, how.big);
	for (unsigned g = 0; g < GLYPHS; g++)
		for (unsigned row = 0; row < 2; row++) {
			uint32_t word = row ? 6 : 5; /* leftmost pixel in bit 0 */
			if (how.bits_msb)
				word = (row ? 3u : 5u) << (8 * row_bytes - 3);
			add(f, row_bytes, word, how.big);
		}
	table_end(f, 2);
}

static struct file make(struct how how)
{
	struct file f = { .size = 8 + 16 * TABLES };

	memcpy(f.bytes, "\1fcp", 4);
	put(&f, 4, 4, TABLES, false);
	table_begin(&f, 0, 2, how.big ? 4 : 0);
	for (unsigned i = 0; i < 8; i++)
		add(&f, 1, 1, false);
	add(&f, 4, 14, how.big);
	add(&f, 4, 4, how.big);
	table_end(&f, 0);
	add_metrics(&f, how);
	add_bitmaps(&f, how);
	table_begin(&f, 3, 32, how.big ? 4 : 0);
	add(&f, 2, FIRST_CHARACTER, how.big);
	add(&f, 2, LAST_CHARACTER, how.big);
	for (unsigned i = 0; i < 3; i++)
		add(&f, 2, 0, how.big);
	for (unsigned g = 0; g < GLYPHS; g++)
		add(&f, 2, g, how.big);
	table_end(&f, 3);
	return f;
}

static const struct how plain = { .bits_msb = true, .big = true, .compressed = true };

/* Read from memory that ends where the file does. */
static bool read(const struct file *f, size_t size, struct cells *out, const char **why)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, f->bytes, size);
	bool good = pcf_read(copy, size, out, why);
	free(copy);
	return good;
}

static void refused(const struct file *f, const char *sentence)
{
	struct cells c = { .width = 77 };
	const char *why = "";

	assert_false(read(f, f->size, &c, &why));
	assert_string_equal(why, sentence);
	assert_int_equal(c.width, 77);
}

static void font2c_reads_every_order_of_bits_and_bytes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		struct how how = { .big = i & 1, .bits_msb = i & 2, .compressed = i & 4, .pad = i / 8 };
		struct file f = make(how);
		struct cells c;
		const char *why = "";
		assert_true(read(&f, f.size, &c, &why));
		assert_int_equal(c.width, 9);
		assert_int_equal(c.height, 18);
		for (unsigned g = 0; g < GLYPHS; g++)
			for (unsigned y = 0; y < CELL_SIDE_MOST; y++)
				assert_int_equal(c.rows[g][y], y == 13 ? 0x28000000 : y == 14 ? 0x18000000 : 0);
	}
}

static void font2c_refuses_a_font_that_was_cut(void **state)
{
	struct file f = make(plain);
	struct cells c;
	const char *why;

	(void)state;
	for (size_t size = 0; size < f.size; size++)
		assert_false(read(&f, size, &c, &why));
}

static void font2c_refuses_what_is_no_font(void **state)
{
	struct file f = make(plain);

	(void)state;
	f.bytes[0] = 'x';
	refused(&f, "this is not a whole PCF font");
	f = make(plain);
	put(&f, 8 + 12, 4, UINT32_MAX, false); /* a table far away */
	refused(&f, "this is not a whole PCF font");
	f = make(plain);
	put(&f, 4, 4, 3, false); /* no encodings */
	refused(&f, "this is not a whole PCF font");
}

static void font2c_refuses_cells_that_it_cannot_hold(void **state)
{
	static const uint32_t ascents[] = { 29, 0xfffffffc, 0x7fffffff };
	struct file f;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		f = make(plain);
		put(&f, f.table[0] + 12, 4, ascents[i], true);
		refused(&f, "its lines are higher than 32 pixels, or have no height");
	}
	f = make(plain);
	put(&f, f.table[1] + 6 + 2, 1, 0x80 + 33, false);
	refused(&f, "its characters are not all equally wide, or wider than 32 pixels");
	f = make(plain);
	put(&f, f.table[1] + 6 + 5 * 7 + 2, 1, 0x80 + 10, false);
	refused(&f, "its characters are not all equally wide, or wider than 32 pixels");
}

static void font2c_refuses_a_missing_character(void **state)
{
	struct file f = make(plain);

	(void)state;
	put(&f, f.table[3] + 14 + 2 * 10, 2, 0xffff, true);
	refused(&f, "it lacks a printable ASCII character");
	f = make(plain);
	put(&f, f.table[3] + 4, 2, FIRST_CHARACTER + 1, true);
	refused(&f, "it lacks a printable ASCII character");
}

static void font2c_refuses_ink_outside_of_its_place(void **state)
{
	static const char *const sentence = "a character lies outside of its cell, or its bitmap outside of the file";
	static const struct { unsigned field; uint8_t value; } wild[] = {
		{ 0, 0x7f }, { 1, 0x8a }, { 1, 0x81 }, { 3, 0x8f }, { 4, 0x85 }, { 3, 0 }, { 4, 0xff },
	};
	struct file f;

	(void)state;
	for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
		f = make(plain);
		f.bytes[f.table[1] + 6 + 5 * 3 + wild[i].field] = wild[i].value;
		refused(&f, sentence);
	}
	f = make(plain);
	put(&f, f.table[2] + 8 + 4 * 5, 4, 0xfffffff0, true); /* the bitmap of a glyph */
	refused(&f, sentence);
	f = make(plain);
	put(&f, f.table[2] + 4, 4, 3, true); /* fewer bitmaps than glyphs */
	refused(&f, sentence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(font2c_reads_every_order_of_bits_and_bytes),
		cmocka_unit_test(font2c_refuses_a_font_that_was_cut),
		cmocka_unit_test(font2c_refuses_what_is_no_font),
		cmocka_unit_test(font2c_refuses_cells_that_it_cannot_hold),
		cmocka_unit_test(font2c_refuses_a_missing_character),
		cmocka_unit_test(font2c_refuses_ink_outside_of_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
