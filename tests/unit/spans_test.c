#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spans.h"

static void becomes(struct span *list, size_t count, const struct span *expected, size_t left)
{
	assert_int_equal(spans_sort(list, count, TIB(1)), left);
	for (size_t i = 0; i < left; i++) {
		assert_int_equal(list[i].base, expected[i].base);
		assert_int_equal(list[i].bytes, expected[i].bytes);
	}
}

static void spans_are_whole_pages_in_order(void **state)
{
	struct span list[] = { { 0x9000, 1 }, { 0x5fff, 2 }, { 0x100f, 0x1000 } };

	(void)state;
	becomes(list, 3, (const struct span[]){ { 0x1000, 0x2000 }, { 0x5000, 0x2000 }, { 0x9000, 0x1000 } }, 3);
}

static void what_overlaps_or_touches_is_one(void **state)
{
	struct span list[] = { { 0x8000, 0x1000 }, { 0x1000, 0x6000 }, { 0x2000, 0x1000 }, { 0x7000, 0x1000 },
	                       { 0xa000, 0x1000 },
	                       { 0xa000, 0x3000 } };

	(void)state;
	becomes(list, 6, (const struct span[]){ { 0x1000, 0x8000 }, { 0xa000, 0x3000 } }, 2);
}

static void what_cannot_be_is_left_out(void **state)
{
	struct span list[] = { { 0x1000, 0 }, { UINT64_MAX - 0xfff, 0x2000 }, { TIB(1), 1 },
	                       { TIB(1) - 0x1000, 0x1001 },
	                       { TIB(1) - 0x1000, 0x1000 }, { 0x3000, UINT64_MAX } };

	(void)state;
	becomes(list, 6, (const struct span[]){ { TIB(1) - 0x1000, 0x1000 } }, 1);
	assert_int_equal(spans_sort(NULL, 0, TIB(1)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_are_whole_pages_in_order),
		cmocka_unit_test(what_overlaps_or_touches_is_one),
		cmocka_unit_test(what_cannot_be_is_left_out),
	};

	return cmocka_run_group_tests_name("spans", tests, NULL, NULL);
}
