#include "../../cli/run/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void keys_pass_what_is_the_guests(void **state)
{
	struct keys k = { false };

	(void)state;
	for (int byte = 0; byte < 256; byte++)
		if (byte != 1)
			assert_int_equal(keys_take(&k, (char)byte), KEYS_BYTE);
}

static void keys_behind_ctrl_a_are_ours(void **state)
{
	static const struct { char byte; enum keys_action key; } cases[] = {
		{ 'x', KEYS_QUIT }, { 'X', KEYS_QUIT }, { 'c', KEYS_MONITOR }, { 'C', KEYS_MONITOR },
		{ 'h', KEYS_HELP }, { '?', KEYS_HELP }, { 'q', KEYS_HELP }, { '\r', KEYS_HELP }, { '\1', KEYS_BYTE },
	};
	struct keys k = { false };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(keys_take(&k, '\1'), KEYS_NONE);
		assert_int_equal(keys_take(&k, cases[i].byte), cases[i].key);
		assert_int_equal(keys_take(&k, 'x'), KEYS_BYTE);
	}
}

/* Type the keys up to the end of a line; `shown`: what the terminal gets. */
static void expect_line(const char *keys, const char *line, const char *shown)
{
	struct monitor_line l = { .bytes = 0 };
	char echo[4], all[2000] = "";
	bool complete = false;

	for (const char *k = keys; *k; k++) {
		assert_false(complete);
		complete = monitor_line_take(&l, *k, echo);
		strcat(all, echo);
	}
	assert_true(complete);
	assert_string_equal(l.text, line);
	assert_int_equal(l.bytes, strlen(line));
	assert_string_equal(all, shown);
}

static void monitor_lines_can_be_mended(void **state)
{
	(void)state;
	expect_line("info status\r", "info status", "info status\n");
	expect_line("ab\177c\n", "ac", "ab\b \bc\n");
	expect_line("a\b\b\bquit\r", "quit", "a\b \bquit\n");
	expect_line("\033\t\r", "", "\n");
}

static void monitor_lines_have_an_end(void **state)
{
	char keys[1000], line[MONITOR_LINE_BYTES], shown[MONITOR_LINE_BYTES + 1];

	(void)state;
	memset(keys, 'k', sizeof(keys));
	strcpy(keys + 900, "\r");
	memset(line, 'k', sizeof(line));
	line[MONITOR_LINE_BYTES - 1] = '\0';
	strcpy(shown, line);
	strcat(shown, "\n");
	expect_line(keys, line, shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_pass_what_is_the_guests),
		cmocka_unit_test(keys_behind_ctrl_a_are_ours),
		cmocka_unit_test(monitor_lines_can_be_mended),
		cmocka_unit_test(monitor_lines_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
