#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "utf16.h"

/* What the Unicode Standard, "UTF-8" (table 3-7, "Well-Formed UTF-8 Byte Sequences"), says, written down a second
 * time. */
static size_t well_formed(const uint8_t *s, size_t n)
{
	static const uint8_t rows[][8] = {
		{ 0xc2, 0xdf, 0x80, 0xbf },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 0x80, 0xbf },
		{ 0xe1, 0xec, 0x80, 0xbf, 0x80, 0xbf },
		{ 0xed, 0xed, 0x80, 0x9f, 0x80, 0xbf },
		{ 0xee, 0xef, 0x80, 0xbf, 0x80, 0xbf },
		{ 0xf0, 0xf0, 0x90, 0xbf, 0x80, 0xbf, 0x80, 0xbf },
		{ 0xf1, 0xf3, 0x80, 0xbf, 0x80, 0xbf, 0x80, 0xbf },
		{ 0xf4, 0xf4, 0x80, 0x8f, 0x80, 0xbf, 0x80, 0xbf },
	};

	if (n && s[0] < 0x80)
		return 1;
	for (size_t r = 0; r < COUNT_OF(rows); r++) {
		size_t length = rows[r][0] < 0xe0 ? 2 : rows[r][0] < 0xf0 ? 3 : 4, i = 0;
		while (i < length && i < n && s[i] >= rows[r][2 * i] && s[i] <= rows[r][2 * i + 1])
			i++;
		if (i == length)
			return length;
	}
	return 0;
}

static void utf8_next_accepts_exactly_the_well_formed_sequences(void **state)
{
	static const uint8_t edges[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff };
	enum { N = sizeof edges };

	(void)state;
	for (unsigned lead = 0; lead < 256; lead++)
		for (unsigned k = 0; k < N * N * N; k++)
			for (size_t n = 0; n <= 4; n++) {
				const uint8_t s[4] = { (uint8_t)lead, edges[k % N], edges[k / N % N],
				                       edges[k / N / N] };
				if (utf8_next((const char *)s, n, NULL) != well_formed(s, n))
					fail_msg("%02x %02x %02x %02x, %zu bytes", s[0], s[1], s[2], s[3], n);
			}
}

static void utf16_carries_every_code_point_there_and_back(void **state)
{
	(void)state;
	for (uint32_t code = 1; code <= 0x10ffff; code++) {
		uint16_t wide[3] = { (uint16_t)code }, again[3];
		char text[5];
		size_t bytes, units;
		uint32_t read = 0;

		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		if (code >= 0x10000) {
			wide[0] = (uint16_t)(0xd7c0 + (code >> 10));
			wide[1] = (uint16_t)(0xdc00 | (code & 0x3ff));
		}
		if (utf8_from_utf16(wide, 3, text, sizeof text, &bytes, NULL) != OK || bytes != strlen(text) ||
		    utf8_next(text, bytes, &read) != bytes || read != code ||
		    utf16_from_utf8(text, bytes, again, 3, &units, NULL) != OK ||
		    units != (code >= 0x10000 ? 2u : 1u) || memcmp(wide, again, (units + 1) * sizeof *wide) != 0)
			fail_msg("U+%x", code);
	}
}

static void utf16_from_utf8_names_the_malformed_byte(void **state)
{
	static const struct { const char *text; size_t bytes, offset; } bad[] = {
		{ "ab\xff", 3, 2 },              /* no lead byte          */
		{ "a\x80", 2, 1 },               /* continuation alone    */
		{ "\xc3", 1, 0 },                /* cut short             */
		{ "ok\xe2\x82", 4, 2 },          /* cut short             */
		{ "\xc0\xaf", 2, 0 },            /* overlong /            */
		{ "\xe0\x80\xaf", 3, 0 },        /* overlong /            */
		{ "x\xed\xa0\x80", 4, 1 },       /* surrogate             */
		{ "\xf4\x90\x80\x80", 4, 0 },    /* above U+10FFFF        */
		{ "\xf8\x88\x80\x80\x80", 5, 0 },/* five bytes            */
		{ "ab\0cd", 5, 2 },              /* NUL                   */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		uint16_t out[16];
		size_t units = 77;
		struct problem p;
		assert_int_equal(utf16_from_utf8(bad[i].text, bad[i].bytes, out, 16, &units, &p), ERR_TEXT);
		assert_int_equal(p.offset, bad[i].offset);
		assert_int_equal(units, 77);
	}
}

static void utf16_from_utf8_never_passes_the_capacity(void **state)
{
	static const char text[] = "a\xc3\xa4\xf0\x9f\x98\x80z"; /* 1 + 1 + 2 + 1 units */
	size_t units;

	(void)state;
	for (size_t capacity = 0; capacity <= 8; capacity++) {
		uint16_t out[9];
		struct problem p;
		memset(out, 0xee, sizeof out);
		enum err e = utf16_from_utf8(text, sizeof text - 1, out, capacity, &units, &p);
		assert_int_equal(e, capacity < 6 ? ERR_FULL : OK);
		if (e)
			assert_int_equal(p.value[0], capacity);
		else
			assert_int_equal(out[5], 0);
		assert_int_equal(out[capacity], 0xeeee);
	}
	assert_int_equal(units, 5);
}

static void utf16_from_utf8_ends_an_empty_text(void **state)
{
	uint16_t out[1] = { 9 };
	struct problem p;

	(void)state;
	assert_int_equal(utf16_from_utf8("", 0, out, 1, NULL, NULL), OK);
	assert_int_equal(out[0], 0);
	assert_int_equal(utf16_from_utf8("", 0, out, 0, NULL, &p), ERR_FULL);
}

static void utf8_from_utf16_replaces_unpaired_surrogates(void **state)
{
	static const uint16_t text[] = { 'a', 0xd800, 'b', 0xdc00, 0xd83d, 0xde00, 0xdbff };
	char out[32];
	size_t bytes;

	(void)state;
	assert_int_equal(utf8_from_utf16(text, COUNT_OF(text), out, sizeof out, &bytes, NULL), OK);
	assert_string_equal(out, "a\xef\xbf\xbd" "b\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd");
	assert_int_equal(bytes, strlen(out));

	/* On both sides of each half's range. */
	static const uint16_t edges[] = { 0xd7ff, 0xdc00, 0xdc00, 0xdc00, 0xd800, 0xdbff, 0xe000, 0xd800, 0xdc00,
	                                  0xdbff, 0xdfff };
	assert_int_equal(utf8_from_utf16(edges, COUNT_OF(edges), out, sizeof out, &bytes, NULL), OK);
	assert_string_equal(out,
	                    "\xed\x9f\xbf" "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "\xee\x80\x80"
	                         "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

static void utf8_from_utf16_ends_at_a_zero(void **state)
{
	static const uint16_t text[] = { 'a', 'b', 0, 'c' };
	char out[8];
	size_t bytes;

	(void)state;
	assert_int_equal(utf8_from_utf16(text, COUNT_OF(text), out, sizeof out, &bytes, NULL), OK);
	assert_string_equal(out, "ab");
	assert_int_equal(bytes, 2);
	assert_int_equal(utf8_from_utf16(text, 1, out, sizeof out, NULL, NULL), OK);
	assert_string_equal(out, "a");
}

static void utf8_from_utf16_never_passes_the_capacity(void **state)
{
	static const uint16_t text[] = { 'a', 0xe4, 0x20ac, 0xd83d, 0xde00 }; /* 1 + 2 + 3 + 4 bytes */

	(void)state;
	for (size_t capacity = 0; capacity <= 12; capacity++) {
		char out[13];
		size_t bytes = 77;
		struct problem p;
		memset(out, 0x55, sizeof out);
		enum err e = utf8_from_utf16(text, COUNT_OF(text), out, capacity, &bytes, &p);
		assert_int_equal(e, capacity < 11 ? ERR_FULL : OK);
		assert_int_equal(bytes, e ? 77 : 10);
		if (e)
			assert_int_equal(p.value[0], capacity);
		assert_int_equal(out[capacity], 0x55);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_next_accepts_exactly_the_well_formed_sequences),
		cmocka_unit_test(utf16_carries_every_code_point_there_and_back),
		cmocka_unit_test(utf16_from_utf8_names_the_malformed_byte),
		cmocka_unit_test(utf16_from_utf8_never_passes_the_capacity),
		cmocka_unit_test(utf16_from_utf8_ends_an_empty_text),
		cmocka_unit_test(utf8_from_utf16_replaces_unpaired_surrogates),
		cmocka_unit_test(utf8_from_utf16_ends_at_a_zero),
		cmocka_unit_test(utf8_from_utf16_never_passes_the_capacity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
