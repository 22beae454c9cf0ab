#include "../../cli/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct json *read_good(const char *text)
{
	struct json_problem p;
	struct json *j = json_read(text, strlen(text), &p);

	if (!j)
		fail_msg("%s: refused: %s", text, p.what);
	return j;
}

/* The bytes lie in memory of exactly their size, so that a read past the end is seen. */
static void expect_refusal(const char *text, const char *what, size_t line, size_t column)
{
	struct json_problem p = { 0 };
	size_t bytes = strlen(text);
	char *copy = malloc(bytes ? bytes : 1);

	memcpy(copy, text, bytes);
	struct json *j = json_read(copy, bytes, &p);
	free(copy);
	if (j)
		fail_msg("%s: not refused", text);
	assert_string_equal(p.what, what);
	assert_int_equal(p.line, line);
	assert_int_equal(p.column, column);
}

static void json_reads_every_kind(void **state)
{
	(void)state;
	struct json *j = read_good(" { \"a\" : [ null , true, false, -1.5e2, \"s\", {}, [] ] } \n");
	static const enum json_kind kinds[] = { JSON_NULL, JSON_TRUE, JSON_FALSE, JSON_NUMBER, JSON_STRING, JSON_OBJECT,
	                                        JSON_ARRAY };
	const struct json *e = json_member(j, "a")->child;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++, e = e->next) {
		assert_non_null(e);
		assert_int_equal(e->kind, kinds[i]);
		if (e->kind == JSON_NUMBER)
			assert_true(e->number == -150);
	}
	assert_null(e);
	json_free(j);
}

static void json_looks_up_members(void **state)
{
	(void)state;
	struct json *j = read_good("{\"device\":\"flash\",\"features\":[\"acpi-s3\",7,\"secure-boot\"],"
	                           "\"n\":1,\"device\":\"x\"}");

	assert_string_equal(json_text(j, "device"), "flash");
	assert_null(json_text(j, "n"));
	assert_null(json_text(j, "nothing"));
	assert_null(json_member(json_member(j, "nothing"), "deeper"));
	assert_true(json_has(json_member(j, "features"), "secure-boot"));
	assert_false(json_has(json_member(j, "features"), "secure"));
	assert_false(json_has(json_member(j, "device"), "flash"));
	assert_false(json_has(json_member(j, "nowhere"), "flash"));
	json_free(j);
}

static void json_decodes_escapes(void **state)
{
	(void)state;
	struct json *j = read_good("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"");

	assert_string_equal(j->string, "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	json_free(j);
}

static void json_quotes_what_it_can_read_back(void **state)
{
	(void)state;
	static const char text[] = "a \"path\" with \\ and \n and \x01 and \xc3\xa9";
	char *quoted = json_quoted(text);
	struct json *j = read_good(quoted);

	assert_string_equal(j->string, text);
	json_free(j);
	free(quoted);
}

static void json_refuses_what_is_not_json(void **state)
{
	(void)state;
	expect_refusal("", "a value is expected", 1, 1);
	expect_refusal("nul", "a value is expected", 1, 1);
	expect_refusal("+1", "a value is expected", 1, 1);
	expect_refusal("-", "a value is expected", 1, 2);
	expect_refusal("01", "something follows the value", 1, 2);
	expect_refusal("1.", "digits must follow the point", 1, 3);
	expect_refusal("1e+", "digits must follow the exponent", 1, 4);
	expect_refusal("{} {}", "something follows the value", 1, 4);
	expect_refusal("[1\n 2]", "',' or the closing bracket is expected", 2, 2);
	expect_refusal("[1,]", "a value is expected", 1, 4);
	expect_refusal("[1}", "',' or the closing bracket is expected", 1, 3);
	expect_refusal("[", "a value is expected", 1, 2);
	expect_refusal("{\"a\" 1}", "':' must follow the name", 1, 6);
	expect_refusal("{a:1}", "a string is expected", 1, 2);
	expect_refusal("{\"a\":1,}", "a string is expected", 1, 8);
	expect_refusal("{\"a\":}", "a value is expected", 1, 6);
}

static void json_refuses_bad_strings(void **state)
{
	(void)state;
	expect_refusal("\"abc", "the text ends inside a string", 1, 5);
	expect_refusal("\"a\nb\"", "a control character in a string", 1, 3);
	expect_refusal("\"\\", "an unknown escape in a string", 1, 3);
	expect_refusal("\"\\x\"", "an unknown escape in a string", 1, 4);
	expect_refusal("\"\\u12g4\"", "\\u needs four hexadecimal digits", 1, 6);
	expect_refusal("\"\\u0000\"", "a NUL in a string", 1, 8);
	expect_refusal("\"\\ud83d\"", "half a surrogate pair", 1, 8);
	expect_refusal("\"\\ud83d\\u0041\"", "half a surrogate pair", 1, 14);
	expect_refusal("\"\\ude00\"", "half a surrogate pair", 1, 8);
}

static void json_bounds_depth_and_numbers(void **state)
{
	char text[2 * (JSON_MAX_DEPTH + 1) + 1] = { 0 };

	(void)state;
	memset(text, '[', JSON_MAX_DEPTH);
	memset(text + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
	json_free(read_good(text));
	memset(text, '[', JSON_MAX_DEPTH + 1);
	memset(text + JSON_MAX_DEPTH + 1, ']', JSON_MAX_DEPTH + 1);
	expect_refusal(text, "nested too deeply", 1, JSON_MAX_DEPTH + 1);
	memset(text, '1', 64);
	text[64] = '\0';
	expect_refusal(text, "a number is too long", 1, 65);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_reads_every_kind),
		cmocka_unit_test(json_looks_up_members),
		cmocka_unit_test(json_decodes_escapes),
		cmocka_unit_test(json_quotes_what_it_can_read_back),
		cmocka_unit_test(json_refuses_what_is_not_json),
		cmocka_unit_test(json_refuses_bad_strings),
		cmocka_unit_test(json_bounds_depth_and_numbers),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
