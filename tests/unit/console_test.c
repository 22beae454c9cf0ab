#include "../../cli/run/console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Filter `text` in pieces of `step` bytes. */
static char *cleaned(enum console_filter filter, const char *text, size_t step)
{
	struct cleaner c = { .filter = filter };
	struct buffer out = { 0 };
	size_t bytes = strlen(text);

	buffer_add(&out, "", 0);
	for (size_t at = 0; at < bytes; at += step)
		cleaner_feed(&c, text + at, bytes - at < step ? bytes - at : step, &out);
	return out.at;
}

static void expect_cleaned(enum console_filter filter, const char *text, const char *wanted)
{
	for (size_t step = 1; step < 8; step++) {
		char *got = cleaned(filter, text, step);
		assert_string_equal(got, wanted);
		free(got);
	}
}

static void cleaner_takes_sequences_out(void **state)
{
	(void)state;
	expect_cleaned(FILTER_ALL, "plain\r\n", "plain\n");
	expect_cleaned(FILTER_ALL, "\033[2J\033[01;01H\033[=3h\033[0m\033[37m\033[40mBdsDxe: ok\r\n", "BdsDxe: ok\n");
	expect_cleaned(FILTER_ALL, "a\033cb\033(Bc\033[1;31mred\033[0m", "abcred");
	expect_cleaned(FILTER_ALL, "cut \033[12", "cut ");
}

static void cleaner_lets_colours_through_where_asked(void **state)
{
	(void)state;
	expect_cleaned(FILTER_LAYOUT, "\033[2J\033[1;31mred\033[0m\033[5;1H!\r\n", "\033[1;31mred\033[0m!\n");
	expect_cleaned(FILTER_NOTHING, "\033[2J\033[1;31mred\r\n", "\033[2J\033[1;31mred\r\n");
}

static void cleaner_survives_a_sequence_without_end(void **state)
{
	char text[200] = "a\033[";

	(void)state;
	memset(text + 3, '1', 150);
	strcpy(text + 153, "mb");
	expect_cleaned(FILTER_ALL, text, "ab");
}

/* Does the pattern show up in output that comes in pieces of `step` bytes? `last`: the output ends there. */
static bool seen(const char *pattern, bool is_regex, const char *output, size_t step, bool last)
{
	struct console c = { 0 };
	struct pattern p;
	size_t bytes = strlen(output);

	assert_null(pattern_make(&p, pattern, is_regex, false));
	for (size_t at = 0; at < bytes; at += step)
		console_feed(&c, output + at, bytes - at < step ? bytes - at : step, false, &p, 1);
	if (last)
		console_feed(&c, "", 0, true, &p, 1);
	if (is_regex)
		regfree(&p.regex);
	free(p.squeezed);
	free(c.lines.at);
	free(c.squeezed.at);
	return p.seen;
}

static void literals_are_found_however_lines_are_broken(void **state)
{
	(void)state;
	for (size_t step = 1; step < 40; step++) {
		assert_true(seen("line 3, column 5: there", false, "xx line 3, col\r\n\033[0mumn 5: there is\r\n", step,
		                 false));
		assert_true(seen("last", false, "the last", step, false));
		assert_false(seen("later", false, "the last", step, true));
	}
}

static void expressions_match_whole_lines(void **state)
{
	(void)state;
	for (size_t step = 1; step < 40; step++) {
		assert_true(seen("^pith: contract ([0-9]+)/\\1$", true, "x\npith: contract 12/12\r\ny", step, false));
		assert_false(seen("^pith: contract ([0-9]+)/\\1$", true, "pith: contract 1/12\r\n", step, true));
		assert_false(seen("^pith: contract ([0-9]+)/\\1$", true, "pith: contract 12/1\r\n", step, true));
		assert_false(seen("^b", true, "ab\nc", step, true));
		assert_false(seen("a.b", true, "a\nb", step, true));
	}
}

static void an_unfinished_line_counts_at_the_end_only(void **state)
{
	(void)state;
	assert_false(seen("^Shell> $", true, "x\nShell> ", 1, false));
	assert_true(seen("^Shell> $", true, "x\nShell> ", 1, true));
}

/* ... which is what a reader of no bytes has. */
static void nothing_may_be_added_from_nowhere(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	buffer_add(&b, NULL, 0);
	assert_string_equal(b.at, "");
	buffer_add(&b, "a", 1);
	buffer_add(&b, NULL, 0);
	assert_string_equal(b.at, "a");
	assert_int_equal(b.bytes, 1);
	free(b.at);
}

static void bad_patterns_are_refused(void **state)
{
	struct pattern p;

	(void)state;
	assert_string_equal(pattern_make(&p, " \t", false, false), "it is empty");
	assert_non_null(pattern_make(&p, "(", true, false));
}

/* What does not fit is not looked at, and neither is what follows. */
static void console_is_full_for_good(void **state)
{
	struct console c = { .full = false };
	struct pattern p;

	(void)state;
	assert_null(pattern_make(&p, "late", false, false));
	console_feed(&c, "a", 1, false, &p, 1);
	assert_false(c.full);
	console_feed(&c, "", CONSOLE_MAX_BYTES, false, &p, 1);
	assert_true(c.full);
	console_feed(&c, "late\n", 5, true, &p, 1);
	assert_true(c.full);
	assert_false(p.seen);
	free(p.squeezed);
	free(c.lines.at);
	free(c.squeezed.at);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(console_is_full_for_good),
		cmocka_unit_test(cleaner_takes_sequences_out),
		cmocka_unit_test(cleaner_lets_colours_through_where_asked),
		cmocka_unit_test(cleaner_survives_a_sequence_without_end),
		cmocka_unit_test(literals_are_found_however_lines_are_broken),
		cmocka_unit_test(expressions_match_whole_lines),
		cmocka_unit_test(an_unfinished_line_counts_at_the_end_only),
		cmocka_unit_test(nothing_may_be_added_from_nowhere),
		cmocka_unit_test(bad_patterns_are_refused),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
