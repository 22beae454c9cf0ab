#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../tools/pack/pack.h"

static struct pack made;
static const char *why;

static struct packed_open opened;

/* Open them as the loader does, from no byte more than the bits, so that ASan sees a read past them, and where other texts
 * were. */
static const struct packed_open *open_packed(const char *texts, size_t bytes)
{
	assert_true(pack(texts, bytes, &made, &why));
	struct packed *p = malloc(sizeof *p + made.bytes);
	assert_non_null(p);
	p->rows = (uint16_t)made.rows;
	memcpy(p->bits, made.bits, made.bytes);
	packed_open(p, &opened);
	free(p);
	return &opened;
}

/* Every text comes out as it went in, and there is none after the last. */
static void check_round_trip(const char *texts, size_t bytes)
{
	static char out[PACKED_MAX_ROWS];
	const struct packed_open *o = open_packed(texts, bytes);
	unsigned index = 0;

	for (const char *s = texts; s < texts + bytes; s += strlen(s) + 1) {
		assert_int_equal(packed_text(o, index++, out, sizeof out), strlen(s));
		assert_string_equal(out, s);
	}
	for (unsigned i = index; i < index + 3; i++) {
		strcpy(out, "x");
		assert_int_equal(packed_text(o, i, out, sizeof out), 0);
		assert_string_equal(out, "");
	}
	assert_int_equal(packed_text(o, ~0u, out, sizeof out), 0);
}
#define ROUND_TRIP(literal) check_round_trip(literal, sizeof(literal))

static void packed_texts_come_out_as_they_went_in(void **state)
{
	(void)state;
	check_round_trip("", 0);
	ROUND_TRIP("");
	ROUND_TRIP("\0\0\0");
	ROUND_TRIP("a");
	ROUND_TRIP("the cat\0\0the hat\0that\0");
	ROUND_TRIP("\x01\x7f\n\t");
}

static void packed_runs_of_one_character_come_out_whole(void **state)
{
	char texts[2 * 70];
	(void)state;
	for (size_t n = 0; n < 70; n++) {
		memset(texts, 'a', sizeof texts);
		texts[n] = 0;
		texts[2 * n + 1] = 0;
		check_round_trip(texts, 2 * n + 2);
	}
}

/* Texts that nothing can be known of take more bits than letters have. */
static void packed_texts_of_any_kind_come_out(void **state)
{
	static char texts[PACKED_MAX_ROWS];
	uint32_t random = 1;

	(void)state;
	for (uint32_t letters = 1; letters < 128; letters = letters * 2 + 1) {
		for (size_t i = 0; i < sizeof texts; i++) {
			random = random * 1664525 + 1013904223;
			texts[i] = (char)(random % 61 == 0 ? 0 : 1 + (random >> 16) % letters);
		}
		texts[sizeof texts - 1] = 0;
		check_round_trip(texts, sizeof texts);
	}
}

static void packed_texts_are_smaller(void **state)
{
	static char texts[4000];

	(void)state;
	for (size_t i = 0; i < sizeof texts; i += 20)
		memcpy(texts + i, "the segment at byte", 20);
	check_round_trip(texts, sizeof texts);
	assert_true(made.bytes < sizeof texts / 15);
}

/* What is coded arithmetically must never be certain, whatever was seen before. */
static void packed_model_holds_both_bits_possible(void **state)
{
	static struct packed_model m;

	(void)state;
	packed_model_init(&m);
	for (unsigned turn = 0; turn < 4; turn++)
		for (unsigned i = 0; i < 10000; i++) {
			packed_learn(&m, 5, 7, turn & 1);
			assert_in_range(packed_likely(&m, 5, 7), 1, 65535);
		}
	assert_in_range(packed_likely(&m, 5, 7), 65535 - 512, 65535);
}

static void packed_text_is_cut_to_size(void **state)
{
	static const char texts[] = "banana banana banana\0other";
	const struct packed_open *o = open_packed(texts, sizeof texts);

	(void)state;
	for (size_t size = 0; size < 24; size++) {
		char *out = malloc(size ? size : 1); /* ASan watches its end */
		assert_non_null(out);
		size_t want = size == 0 ? 0 : size - 1 < 20 ? size - 1 : 20;
		assert_int_equal(packed_text(o, 0, out, size), want);
		if (size) {
			assert_memory_equal(out, texts, want);
			assert_int_equal(out[want], 0);
		}
		free(out);
	}
}

static void pack_refuses_what_it_cannot_hold(void **state)
{
	static char many[PACKED_MAX_ROWS + 1];

	(void)state;
	assert_false(pack("ab", 2, &made, &why));
	assert_string_equal(why, "there are too many texts, or the last one has no end");
	assert_false(pack(many, sizeof many, &made, &why));
	assert_string_equal(why, "there are too many texts, or the last one has no end");
	assert_true(pack(many, sizeof many - 1, &made, &why));
	assert_false(pack("a\x80", 3, &made, &why));
	assert_string_equal(why, "a character is not ASCII");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packed_texts_come_out_as_they_went_in),
		cmocka_unit_test(packed_runs_of_one_character_come_out_whole),
		cmocka_unit_test(packed_texts_of_any_kind_come_out),
		cmocka_unit_test(packed_texts_are_smaller),
		cmocka_unit_test(packed_model_holds_both_bits_possible),
		cmocka_unit_test(packed_text_is_cut_to_size),
		cmocka_unit_test(pack_refuses_what_it_cannot_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
