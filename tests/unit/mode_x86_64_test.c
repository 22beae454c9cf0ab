/* core/mode_x86_64.c: which mode a kernel gets, or why it gets none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mode.h"

#include "request.h"

#include <hobnail/boot.h>

static struct requests requests;
static struct arch_mode mode;
static struct problem problem;

static enum err choose(const struct arch_facts *facts, uint64_t levels, bool required)
{
	requests_init(&requests);
	requests.of[HOBNAIL_REQUEST_PAGING].asked = true;
	requests.of[HOBNAIL_REQUEST_PAGING].required = required;
	requests.of[HOBNAIL_REQUEST_PAGING].value = levels;
	requests.of[HOBNAIL_REQUEST_PAGING].offset = 0x77;
	struct wants wants;
	requests_wants(&requests, &wants);
	enum err e = mode_choose_x86_64(facts, &wants, &mode, &problem);
	return e ? e : requests_settle(&requests, mode.paging_levels, &problem);
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
	assert_int_equal(problem.offset, 0x77);
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

/* A protocol can leave no choice. */
static void fewer_levels_than_are_wanted_are_refused(void **state)
{
	struct arch_facts facts = { .no_execute = true };
	struct wants wants = { .paging_least = 5, .paging_most = 5 };

	(void)state;
	assert_int_equal(mode_choose_x86_64(&facts, &wants, &mode, &problem), ERR_PAGING_UNAVAILABLE);
	assert_int_equal(problem.value[0], 5);
	facts.la57 = true;
	assert_int_equal(mode_choose_x86_64(&facts, &wants, &mode, &problem), OK);
	wants.paging_least = wants.paging_most = 4;
	assert_int_equal(mode_choose_x86_64(&facts, &wants, &mode, &problem), OK);
	assert_int_equal(mode.paging_levels, 4);
}

/* Only a kernel that starts processors is refused for it: it would look for their APICs in memory. */
static void x2apic_mode_that_stays_refuses_processors_without_it(void **state)
{
	struct arch_facts facts = { .no_execute = true, .x2apic = true, .x2apic_stays = true };
	struct wants wants = { .paging_least = 4, .paging_most = 4, .processors = true,
	                       .state = STATE_XAPIC | STATE_APIC_RESET };

	(void)state;
	assert_int_equal(mode_choose_x86_64(&facts, &wants, &mode, &problem), ERR_X2APIC_STAYS);
	wants.processors = false;
	assert_int_equal(mode_choose_x86_64(&facts, &wants, &mode, &problem), OK);
	assert_int_equal(mode.state, STATE_APIC_RESET);
	wants.processors = true;
	wants.state = STATE_X2APIC;
	assert_int_equal(mode_choose_x86_64(&facts, &wants, &mode, &problem), OK);
	assert_int_equal(mode.state, STATE_X2APIC);
	facts.x2apic_stays = false;
	wants.state = STATE_XAPIC;
	assert_int_equal(mode_choose_x86_64(&facts, &wants, &mode, &problem), OK);
	assert_int_equal(mode.state, STATE_XAPIC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_no_execute_nothing_is_started),
		cmocka_unit_test(five_levels_need_the_processor),
		cmocka_unit_test(optional_five_levels_fall_back_and_say_so),
		cmocka_unit_test(x2apic_mode_that_stays_refuses_processors_without_it),
		cmocka_unit_test(fewer_levels_than_are_wanted_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
