#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "err.h"
#include "memmap.h"

/* The lists once more, as this test sees them. */
static const struct {
	enum err code;
	const char *name, *sentence, *advice;
} all[] = {
	{ OK, "OK", "no error", "" },
#define X(code, sentence, advice) { code, #code, sentence, advice },
#include "errors/all.def"
#undef X
};

static void err_names_every_code(void **state)
{
	(void)state;
	assert_int_equal(COUNT_OF(all), ERR_COUNT);
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		assert_int_equal(all[i].code, i);
		assert_string_equal(err_name(all[i].code), all[i].name);
		assert_string_equal(err_advice(all[i].code), all[i].advice);
	}
}

static void err_answers_for_a_number_that_is_no_code(void **state)
{
	static const int numbers[] = { ERR_COUNT, ERR_COUNT + 1, 1 << 30, -1 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		struct problem p = { .code = (enum err)numbers[i] };
		char out[64];
		assert_string_equal(err_name(p.code), "?");
		assert_string_equal(err_advice(p.code), "");
		err_sentence(&p, out, sizeof out);
		assert_string_equal(out, "unknown error");
	}
}

static size_t placeholder_length(const char *s)
{
	static const char *const known[] = { "{0}", "{1}", "{2}", "{x0}", "{x1}", "{x2}", "{s0}", "{s1}", "{r0}",
	                                     "{g0}", "{g1}", "{g2}", "{m0}", "{m1}", "{t1}", "{off}" };

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strncmp(s, known[i], strlen(known[i])) == 0)
			return strlen(known[i]);
	return 0;
}

/* Any console font can draw it; each brace in a sentence is a placeholder that err_sentence() knows, and advice,
 * which is printed as it stands, has none. */
static void err_sentences_are_well_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		const char *const texts[] = { all[i].sentence, all[i].advice };
		if (!*all[i].sentence)
			fail_msg("%s says nothing", all[i].name);
		for (size_t t = 0; t < 2; t++)
			for (const char *s = texts[t]; *s; s++) {
				if (*s < ' ' || *s > '~')
					fail_msg("%s: not printable ASCII", all[i].name);
				if (*s == '{' && (placeholder_length(s) == 0) == (t == 0))
					fail_msg("%s: a brace that is no placeholder, or advice with one", all[i].name);
			}
		size_t end = strlen(all[i].sentence);
		if (all[i].sentence[end - 1] == '.')
			fail_msg("%s ends with a full stop", all[i].name);
	}
}

static void err_sentence_fills_in_the_numbers(void **state)
{
	struct problem p;
	char out[256];

	(void)state;
	problem_at(&p, ERR_RANGE, 7, 0xffffffff80000000, 0, 3);
	size_t used = err_sentence(&p, out, sizeof out);
	assert_string_equal(out, "the range at 0xffffffff80000000 with 0x0 bytes is empty, unaligned or wraps around");
	assert_int_equal(used, strlen(out));
	problem_at(&p, ERR_FULL, 7, UINT64_MAX);
	err_sentence(&p, out, sizeof out);
	assert_string_equal(out, "a table of 18446744073709551615 entries is full");
	problem_at(&p, ERR_TEXT, 0x1f, 1, 2, 3);
	err_sentence(&p, out, sizeof out);
	assert_string_equal(out, "the text has a malformed character at offset 0x1f");
	problem_at(&p, ERR_CONFIG_TWICE, 99, 12, 3, 7);
	err_sentence(&p, out, sizeof out);
	assert_string_equal(out, "line 12, column 3: this key is given already in line 7");
	p = (struct problem){ .code = OK };
	err_sentence(&p, out, sizeof out);
	assert_string_equal(out, "no error");
}

static void err_sentence_fills_in_texts_and_registers(void **state)
{
	struct problem p = { .code = ERR_FAULT_OFF, .text = { "xgetbv", "CR4.OSXSAVE, bit 18" } };
	char out[256];

	(void)state;
	err_sentence(&p, out, sizeof out);
	assert_string_equal(out, "xgetbv, which is switched off: CR4.OSXSAVE, bit 18, is clear");
	p.text[0] = p.text[1] = NULL;
	err_sentence(&p, out, sizeof out);
	assert_string_equal(out, ", which is switched off: , is clear");
	p = (struct problem){ .code = ERR_FAULT_REGISTER_LEVEL, .value = { 0xffff, 2, 1 } };
	err_sentence(&p, out, sizeof out);
	assert_string_equal(out, "an access to system register S3_7_C15_C15_7, which is EL2's, at EL1");
}

static void says(enum err code, uint64_t v0, uint64_t v1, uint64_t v2, const char *want)
{
	struct problem p;
	char out[256];

	problem(&p, code, v0, v1, v2);
	err_sentence(&p, out, sizeof out);
	assert_string_equal(out, want);
}

/* Segments by number, with the program header's if that is another; machines and types of memory by name. */
static void err_sentence_names_what_has_a_name(void **state)
{
	(void)state;
	says(ERR_ELF_MACHINE, 183, 62, 0, "it is for AArch64, and this machine is x86-64");
	says(ERR_ELF_MACHINE, 3, 243, 0, "it is for 32-bit x86, and this machine is RISC-V");
	says(ERR_ELF_MACHINE, 777, 183, 0, "it is for a machine with e_machine 777, and this machine is AArch64");
	says(ERR_ELF_ALIGNMENT, 2ull << 32 | 2, 3, 0, "segment 2 has alignment 0x3, which is not a power of two");
	says(ERR_ELF_ALIGNMENT, 3ull << 32 | 2, 3, 0,
	     "segment 2 (program header 3) has alignment 0x3, which is not a power of two");
	says(ERR_DESTINATION_TYPE, 0xa0000, HOBNAIL_MEMORY_RESERVED, 1ull << 32 | 1,
	     "segment 1 reaches physical 0xa0000, but the firmware's memory map has reserved memory there");
}

/* The sentence of the lists, with a 7 for every number and "text" for every text. */
static void err_sentences_are_those_of_the_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		struct problem p = { all[i].code, 7, { 7, 7, 7 }, { "text", "text" } };
		char want[512] = "", out[512];
		for (const char *s = all[i].sentence; *s;) {
			size_t length = placeholder_length(s);
			const char *piece = !length ? s : s[1] == 's' ? "text" : s[1] == 'r' ? "S0_0_C0_C0_7" :
			                    s[1] == 'g' ? "7 (program header 0)" :
			                    s[1] == 'm' ? "a machine with e_machine 7" :
			                    s[1] == 't' ? memmap_type_name(7) :
			                    s[1] == 'x' || s[1] == 'o' ? "0x7" : "7";
			strncat(want, piece, length ? strlen(piece) : 1);
			s += length ? length : 1;
		}
		err_sentence(&p, out, sizeof out);
		assert_string_equal(out, want);
	}
}

static void err_sentence_leaves_no_placeholder_behind(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		struct problem p = { all[i].code, 1, { 2, 3, 4 }, { "text", "text" } };
		char out[512];
		assert_true(err_sentence(&p, out, sizeof out) < sizeof out - 1);
		if (strpbrk(out, "{}"))
			fail_msg("%s: %s", all[i].name, out);
	}
}

static void err_sentence_is_cut_to_size(void **state)
{
	struct problem p = { .code = ERR_RANGE, .value = { UINT64_MAX, 16 } };
	char whole[256];
	size_t length = err_sentence(&p, whole, sizeof whole);

	(void)state;
	for (size_t size = 0; size <= length + 3; size++) {
		char *out = malloc(size ? size : 1); /* ASan watches its end */
		assert_non_null(out);
		size_t used = err_sentence(&p, out, size);
		assert_int_equal(used, size == 0 ? 0 : size - 1 < length ? size - 1 : length);
		if (size) {
			assert_memory_equal(out, whole, used);
			assert_int_equal(out[used], 0);
		}
		free(out);
	}
}

static void assert_problem(const struct problem *p, enum err code, uint64_t offset, uint64_t v0, uint64_t v1,
                           uint64_t v2)
{
	assert_int_equal(p->code, code);
	assert_int_equal(p->offset, offset);
	assert_int_equal(p->value[0], v0);
	assert_int_equal(p->value[1], v1);
	assert_int_equal(p->value[2], v2);
	assert_null(p->text[0]);
	assert_null(p->text[1]);
}

/* Whatever stood there: a number that is not given is 0. */
#define FILLS(call, code, ...) do { \
	struct problem p = { OK, 9, { 9, 9, 9 }, { "text", "text" } }; \
	assert_int_equal(call, code); \
	assert_problem(&p, code, __VA_ARGS__); \
} while (0)

static void problem_fills_and_returns(void **state)
{
	(void)state;
	FILLS(problem(&p, ERR_FULL), ERR_FULL, 0, 0, 0, 0);
	FILLS(problem(&p, ERR_FULL, 2), ERR_FULL, 0, 2, 0, 0);
	FILLS(problem(&p, ERR_FULL, 2, 3), ERR_FULL, 0, 2, 3, 0);
	FILLS(problem(&p, ERR_FULL, 2, 3, 4), ERR_FULL, 0, 2, 3, 4);
	FILLS(problem_at(&p, ERR_FULL, 1), ERR_FULL, 1, 0, 0, 0);
	FILLS(problem_at(&p, ERR_FULL, 1, 2), ERR_FULL, 1, 2, 0, 0);
	FILLS(problem_at(&p, ERR_FULL, 1, 2, 3), ERR_FULL, 1, 2, 3, 0);
	FILLS(problem_at(&p, ERR_FULL, 1, 2, 3, 4), ERR_FULL, 1, 2, 3, 4);
	assert_int_equal(problem(NULL, ERR_TEXT, 2), ERR_TEXT);
	assert_int_equal(problem_at(NULL, ERR_TEXT, 1, 2, 3, 4), ERR_TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_names_every_code),
		cmocka_unit_test(err_answers_for_a_number_that_is_no_code),
		cmocka_unit_test(err_sentences_are_well_made),
		cmocka_unit_test(err_sentence_fills_in_the_numbers),
		cmocka_unit_test(err_sentence_fills_in_texts_and_registers),
		cmocka_unit_test(err_sentence_names_what_has_a_name),
		cmocka_unit_test(err_sentences_are_those_of_the_lists),
		cmocka_unit_test(err_sentence_leaves_no_placeholder_behind),
		cmocka_unit_test(err_sentence_is_cut_to_size),
		cmocka_unit_test(problem_fills_and_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
