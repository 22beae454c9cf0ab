#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "version.h"

/* In memory of exactly its size, so that ASan sees a read past its end. */
static struct text copy_of(const char *text)
{
	size_t bytes = strlen(text);
	char *at = malloc(bytes ? bytes : 1);

	assert_non_null(at);
	memcpy(at, text, bytes);
	return (struct text){ at, bytes };
}

/* -1, 0 or 1; the other way round it must be the opposite. */
static int order(const char *a, const char *b)
{
	struct text of_a = copy_of(a), of_b = copy_of(b);
	int forth = version_order(of_a, of_b), back = version_order(of_b, of_a);

	assert_int_equal((forth > 0) - (forth < 0), (back < 0) - (back > 0));
	free((void *)(uintptr_t)of_a.at);
	free((void *)(uintptr_t)of_b.at);
	return (forth > 0) - (forth < 0);
}

/* UAPI.10, "Version Comparison": the list of systemd's manual page, from the oldest to the newest. */
static void versions_have_the_order_of_the_specification(void **state)
{
	static const char *const sorted[] = {
		"~1", "", "122.1", "123~rc1-1", "123", "123-a", "123-a.1", "123-1", "123-1.1", "123^post1", "123.a-1",
		"123.1-1", "123a-1", "124-1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sorted); i++)
		for (size_t j = 0; j < COUNT_OF(sorted); j++)
			if (order(sorted[i], sorted[j]) != (i > j) - (i < j))
				fail_msg("\"%s\" and \"%s\"", sorted[i], sorted[j]);
}

static void examples_of_the_specification_hold(void **state)
{
	static const struct { const char *a; int order; const char *b; } cases[] = {
		{ "11", 0, "11" }, { "systemd-123", 0, "systemd-123" }, { "bar-123", -1, "foo-123" },
		{ "123a", 1, "123" }, { "123.a", 1, "123" }, { "123.a", -1, "123.b" }, { "123a", 1, "123.a" },
		{ "11\xce\xb1", 0, "11\xce\xb2" }, { "A", -1, "a" }, { "", -1, "0" }, { "0.", 1, "0" },
		{ "0.0", 1, "0" }, { "1_", 0, "1" }, { "_1", 0, "1" }, { "1_", -1, "1.2" },
		{ "1_2_3", 1, "1.3.3" }, { "1+", 0, "1" }, { "+1", 0, "1" }, { "1+2+3", 1, "1.3.3" },
		{ "0", 1, "0~" }, { "", 1, "~" }, { "a", -1, "0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (order(cases[i].a, cases[i].b) != cases[i].order)
			fail_msg("\"%s\" and \"%s\"", cases[i].a, cases[i].b);
}

static void numbers_of_any_length_are_compared(void **state)
{
	(void)state;
	assert_int_equal(order("18446744073709551616", "18446744073709551617"), -1);
	assert_int_equal(order("99999999999999999999999", "100000000000000000000000"), -1);
	assert_int_equal(order("0000000000000000000000009", "10"), -1);
	assert_int_equal(order("007", "7"), 0);
	assert_int_equal(order("5.10.0", "5.9.99"), 1);
	assert_int_equal(order("6.1.0-13-amd64", "6.1.0-9-amd64"), 1);
	assert_int_equal(order("ab", "abc"), -1);
	assert_int_equal(order("a1", "a"), 1);
}

/* An entry that does not say its version has no text at all. */
static void no_version_is_as_an_empty_one(void **state)
{
	const struct text none = { NULL, 0 };

	(void)state;
	assert_int_equal(version_order(none, none), 0);
	assert_true(version_order(none, text_of("1")) < 0);
	assert_true(version_order(text_of("1"), none) > 0);
	assert_true(version_order(none, text_of("~")) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_have_the_order_of_the_specification),
		cmocka_unit_test(examples_of_the_specification_hold),
		cmocka_unit_test(numbers_of_any_length_are_compared),
		cmocka_unit_test(no_version_is_as_an_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
