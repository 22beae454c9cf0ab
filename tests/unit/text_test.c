/* core/text.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text.h"

static void texts_are_the_same_if_their_bytes_are(void **state)
{
	const struct text none = { NULL, 0 };

	(void)state;
	assert_true(text_same(none, text_of("")));
	assert_true(text_is(text_of("abc"), "abc"));
	assert_false(text_is(text_of("abc"), "abcd"));
	assert_false(text_is(text_of("abc"), "ab"));
	assert_false(text_is(text_of("abc"), "Abc"));
}

static void beginnings_and_ends_are_in_either_case(void **state)
{
	const struct text name = text_of("Kernel.ELF");

	(void)state;
	assert_true(text_begins(name, "kern"));
	assert_true(text_begins(name, ""));
	assert_true(text_begins(name, "kernel.elf"));
	assert_false(text_begins(name, "kernel.elf2"));
	assert_true(text_ends(name, ".elf"));
	assert_true(text_ends(name, ""));
	assert_false(text_ends(name, ".efi"));
	assert_false(text_ends(name, "a kernel.elf"));
	assert_false(text_ends((struct text){ name.at, 9 }, ".elf"));
}

/* @ and [ stand beside the capital letters. */
static void only_letters_of_ascii_change_their_case(void **state)
{
	(void)state;
	for (int c = -128; c < 128; c++)
		assert_int_equal(text_lower((char)c), c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static void trimmed(const char *from, const char *to)
{
	assert_true(text_is(text_trim(text_of(from)), to));
}

static void blanks_are_cut_at_both_ends(void **state)
{
	(void)state;
	trimmed("", "");
	trimmed(" \t ", "");
	trimmed("a b", "a b");
	trimmed("\t a\tb  ", "a\tb");
	trimmed(" a\n", "a\n");
}

static void a_column_counts_characters(void **state)
{
	const char *line = "a\xc3\xa4\xe2\x82\xac=";

	(void)state;
	assert_int_equal(text_column(line, line), 1);
	assert_int_equal(text_column(line, line + 1), 2);
	assert_int_equal(text_column(line, line + 6), 4);
}

static void texts_have_an_order(void **state)
{
	const struct text none = { NULL, 0 };

	(void)state;
	assert_int_equal(text_order(none, none), 0);
	assert_int_equal(text_order(text_of("a"), text_of("a")), 0);
	assert_true(text_order(none, text_of("a")) < 0);
	assert_true(text_order(text_of("a"), none) > 0);
	assert_true(text_order(text_of("ab"), text_of("b")) < 0);
	assert_true(text_order(text_of("ab"), text_of("a")) > 0);
	assert_true(text_order(text_of("\xff"), text_of("a")) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_the_same_if_their_bytes_are),
		cmocka_unit_test(beginnings_and_ends_are_in_either_case),
		cmocka_unit_test(only_letters_of_ascii_change_their_case),
		cmocka_unit_test(blanks_are_cut_at_both_ends),
		cmocka_unit_test(a_column_counts_characters),
		cmocka_unit_test(texts_have_an_order),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
