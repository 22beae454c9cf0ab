#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"

/* Formats that the compiler need not approve of. */
static size_t format_any(char *out, size_t size, const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
	size_t used = format_v(out, size, text, arguments);
#pragma clang diagnostic pop
	va_end(arguments);
	return used;
}

/* Ours must write what libc's snprintf writes. */
#define SAME_AS_LIBC(...) do { \
		char ours[256], libc[256]; \
		size_t used = format(ours, sizeof ours, __VA_ARGS__); \
		int want = snprintf(libc, sizeof libc, __VA_ARGS__); \
		assert_string_equal(ours, libc); \
		assert_int_equal(used, want); \
	} while (0)

static void format_agrees_with_libc_on_numbers(void **state)
{
	static const int64_t numbers[] = {
		0, 1, -1, 9, 10, 255, -4096, INT32_MAX, INT32_MIN, (int64_t)UINT32_MAX + 1, INT64_MAX, INT64_MIN,
	};

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		int n = (int)numbers[i];
		long l = (long)numbers[i];
		long long ll = numbers[i];
		SAME_AS_LIBC("%d|%i|%5d|%-5d|%05d|%20d|%020d|%-20d|", n, n, n, n, n, n, n, n);
		SAME_AS_LIBC("%u|%x|%5u|%-5x|%08x|%016x|", (unsigned)n, (unsigned)n, (unsigned)n, (unsigned)n,
		             (unsigned)n, (unsigned)n);
		SAME_AS_LIBC("%ld|%lld|%30lld|%-30ld|%030ld|", l, ll, ll, l, l);
		SAME_AS_LIBC("%lu|%lx|%016lx|%llx|%zu|%zx|%ju|%jd|", (unsigned long)l, (unsigned long)l,
		             (unsigned long)l, (unsigned long long)ll, (size_t)l, (size_t)l, (uintmax_t)l, (intmax_t)l);
	}
	SAME_AS_LIBC("%#x|%#lx|%#010x|%#18lx|%-#10x|", 1u, 0xffffffff80000000ul, 0x1234u, 5ul, 7u);
}

static void format_agrees_with_libc_on_text(void **state)
{
	(void)state;
	SAME_AS_LIBC("%s", "");
	SAME_AS_LIBC("no conversion, 100%%");
	SAME_AS_LIBC("%s|%10s|%-10s|%2s|%-2s|", "abc", "abc", "abc", "abc", "abc");
	SAME_AS_LIBC("%.2s|%.9s|%.0s|%10.2s|%-10.2s|%.s|", "abc", "abc", "abc", "abc", "abc", "abc");
	SAME_AS_LIBC("%.*s|%.*s|%10.*s|%d", 2, "abc", -1, "abc", 1, "abc", 42);
	SAME_AS_LIBC("%c%c|%3c|%-3c|", 'a', 'b', 'c', 'd');
}

static void format_writes_pointers_with_sixteen_digits(void **state)
{
	char out[64];

	(void)state;
	assert_int_equal(format(out, sizeof out, "%p|%p", (void *)(uintptr_t)0x1000, NULL), 37);
	assert_string_equal(out, "0x0000000000001000|0x0000000000000000");
}

static void format_writes_the_prefix_of_zero(void **state)
{
	char out[64];

	(void)state;
	format(out, sizeof out, "%#x %#06x", 0u, 0u);
	assert_string_equal(out, "0x0 0x0000");
}

static void format_takes_precision_from_the_arguments_in_order(void **state)
{
	char out[64];

	(void)state;
	format(out, sizeof out, "%d %.*s %.*s %s %d", 1, 2, "abcdef", 3, "ghijkl", "end", 9);
	assert_string_equal(out, "1 ab ghi end 9");
}

static void format_reads_no_byte_behind_a_precision(void **state)
{
	static const char text[3] = { 'a', 'b', 'c' }; /* no NUL: ASan watches */
	char out[16];

	(void)state;
	assert_int_equal(format(out, sizeof out, "%.*s", 3, text), 3);
	assert_string_equal(out, "abc");
}

static void format_names_a_null_text(void **state)
{
	char out[16];

	(void)state;
	format_any(out, sizeof out, "%s", (const char *)NULL);
	assert_string_equal(out, "(null)");
}

static void format_copies_what_it_does_not_know(void **state)
{
	char out[64];

	(void)state;
	format_any(out, sizeof out, "%q %5.3lf %");
	assert_string_equal(out, "%q %5.3lf %");
	format_any(out, sizeof out, "%-08l");
	assert_string_equal(out, "%-08l");
}

static void format_never_passes_the_size(void **state)
{
	(void)state;
	for (size_t size = 0; size <= 20; size++) {
		char out[24];
		memset(out, 0x55, sizeof out);
		size_t used = format(out, size, "%08x %s %d", 0xabcu, "text", -42);
		assert_int_equal(used, size == 0 ? 0 : size <= 17 ? size - 1 : 17);
		if (size)
			assert_memory_equal(out, "00000abc text -42", used);
		if (size)
			assert_int_equal(out[used], 0);
		for (size_t i = size; i < sizeof out; i++)
			assert_int_equal(out[i], 0x55);
	}
	assert_int_equal(format(NULL, 0, "%s", "nothing"), 0);
}

static void format_survives_widths_without_measure(void **state)
{
	char out[64];

	(void)state;
	assert_int_equal(format_any(out, sizeof out, "%99999999999999999999d|", 1), sizeof out - 1);
	assert_int_equal(format_any(out, sizeof out, "%0999d|", -1), sizeof out - 1);
	assert_int_equal(format_any(out, sizeof out, "%#0999lx|", UINT64_MAX), sizeof out - 1);
	assert_int_equal(format_any(out, sizeof out, "%036lx", UINT64_MAX), 36);
	assert_string_equal(out, "00000000000000000000ffffffffffffffff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format_agrees_with_libc_on_numbers),
		cmocka_unit_test(format_agrees_with_libc_on_text),
		cmocka_unit_test(format_writes_pointers_with_sixteen_digits),
		cmocka_unit_test(format_writes_the_prefix_of_zero),
		cmocka_unit_test(format_takes_precision_from_the_arguments_in_order),
		cmocka_unit_test(format_reads_no_byte_behind_a_precision),
		cmocka_unit_test(format_names_a_null_text),
		cmocka_unit_test(format_copies_what_it_does_not_know),
		cmocka_unit_test(format_never_passes_the_size),
		cmocka_unit_test(format_survives_widths_without_measure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
