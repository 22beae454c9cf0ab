/* core/fault_segment.c: the advice where a selector cannot be used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fault_segment.h"

static const uint64_t code_64 = 0x00af9b000000ffff, not_present = 0x00af1b000000ffff, a_tss = 0x00008b0000000067;

static size_t says(uint16_t selector, uint32_t limit, bool readable, uint64_t entry, const char *wanted)
{
	const struct fault_segment_table t = { 0xffff800000001000, limit, readable, entry };
	char text[256] = "";
	size_t used = fault_segment_advice(&t, selector, text, sizeof text);

	if (!strstr(text, wanted))
		fail_msg("%s", text);
	assert_int_equal(used, strlen(text));
	return used;
}

static void a_selector_behind_the_limit_is_said(void **state)
{
	(void)state;
	assert_true(says(0x28, 0x27, true, 0, "in use, at 0xffff800000001000, ends before selector 0x28"));
	assert_true(says(0x2b, 0x2e, true, code_64, "ends before selector 0x28")); /* one byte is missing */
	assert_false(says(0x28, 0x2f, true, code_64, ""));
}

static void a_table_that_is_gone_is_said(void **state)
{
	(void)state;
	assert_true(says(0x28, 0x2f, false, 0, "stays mapped, before you leave the tables that map the one in use, at "
	                                       "0xffff800000001000"));
}

static void an_entry_that_is_no_segment_is_said(void **state)
{
	(void)state;
	assert_true(says(0x28, 0x2f, true, 0, "for selector 0x28, or load one of your own, if this is the loader's, "));
	assert_true(says(0x28, 0x2f, true, not_present, "is 0xaf1b000000ffff"));
	assert_true(says(0x28, 0x2f, true, a_tss, "is 0x8b0000000067"));
}

static void nothing_is_said_of_null_and_of_the_ldt(void **state)
{
	(void)state;
	assert_false(says(0, 0, true, 0, ""));
	assert_false(says(3, 0, true, 0, ""));
	assert_false(says(0x2c, 0, false, 0, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_selector_behind_the_limit_is_said),
		cmocka_unit_test(a_table_that_is_gone_is_said),
		cmocka_unit_test(an_entry_that_is_no_segment_is_said),
		cmocka_unit_test(nothing_is_said_of_null_and_of_the_ldt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
