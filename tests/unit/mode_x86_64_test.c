/* loader/arch/x86_64/mode.c: which mode a kernel gets, or why it gets none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch.h"

static struct requests requests;
static struct arch_mode mode;
static struct problem problem;

static enum err choose(const struct arch_facts *facts, uint64_t levels, bool required)
{
	requests_init(&requests);
	requests.of[HOBNAIL_REQUEST_PAGING].asked = true;
	requests.of[HOBNAIL_REQUEST_PAGING].required = required;
	requests.of[HOBNAIL_REQUEST_PAGING].value = levels;
	return arch_choose(facts, &requests, &mode, &problem);
}

static void without_no_execute_nothing_is_started(void **state)
{
	struct arch_facts facts = { .la57 = true };

	(void)state;
	assert_int_equal(choose(&facts, 4, false), ERR_NO_NX);
}

static void five_levels_need_the_processor(void **state)
{
	struct arch_facts facts = { .no_execute = true };

	(void)state;
	assert_int_equal(choose(&facts, 5, true), ERR_PAGING_UNAVAILABLE);
	assert_int_equal(problem.value[0], 5);
	facts.la57 = true;
	assert_int_equal(choose(&facts, 5, true), OK);
	assert_ptr_equal(mode.layout, &plan_x86_64_5);
	assert_int_equal(mode.paging_levels, 5);
}

static void optional_five_levels_fall_back_and_say_so(void **state)
{
	struct arch_facts facts = { .no_execute = true };

	(void)state;
	assert_int_equal(choose(&facts, 5, false), OK);
	assert_ptr_equal(mode.layout, &plan_x86_64_4);
	assert_int_equal(mode.paging_levels, 4);
	assert_false(requests.of[HOBNAIL_REQUEST_PAGING].asked);
	assert_int_equal(requests.dropped, 1u << HOBNAIL_REQUEST_PAGING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_no_execute_nothing_is_started),
		cmocka_unit_test(five_levels_need_the_processor),
		cmocka_unit_test(optional_five_levels_fall_back_and_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
