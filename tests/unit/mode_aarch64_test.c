/* core/mode_aarch64.c: which mode a kernel gets, or why it gets none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "mode.h"

#include <hobnail/boot.h>

static struct arch_mode mode;

static const struct arch_facts at_el2 = { .firmware_level = 2, .vhe = true },
                               at_el1 = { .firmware_level = 1, .vhe = true };

static enum err choose(const struct arch_facts *facts, uint32_t level, bool off)
{
	struct wants wants = { .level = level, .mmu_off = off };
	struct problem p;

	return mode_choose_aarch64(facts, &wants, &mode, &p);
}

static void el3_is_refused_whatever_the_kernel_asks(void **state)
{
	struct arch_facts facts = { .firmware_level = 3, .vhe = true };

	(void)state;
	for (uint32_t level = HOBNAIL_LEVEL_EL1; level <= HOBNAIL_LEVEL_EL2_VHE; level++)
		assert_int_equal(choose(&facts, level, false), ERR_LEVEL_EL3);
}

static void el2_needs_firmware_at_el2(void **state)
{
	(void)state;
	assert_int_equal(choose(&at_el1, HOBNAIL_LEVEL_EL2, false), ERR_LEVEL_UNAVAILABLE);
	assert_int_equal(choose(&at_el1, HOBNAIL_LEVEL_EL2_VHE, false), ERR_LEVEL_UNAVAILABLE);
	assert_int_equal(choose(&at_el2, HOBNAIL_LEVEL_EL2, false), OK);
	assert_ptr_equal(mode.layout, &plan_aarch64_el2);
	assert_int_equal(choose(&at_el2, HOBNAIL_LEVEL_EL2_VHE, false), OK);
	assert_ptr_equal(mode.layout, &plan_aarch64);
}

static void vhe_needs_the_processor(void **state)
{
	struct arch_facts facts = { .firmware_level = 2 };

	(void)state;
	assert_int_equal(choose(&facts, HOBNAIL_LEVEL_EL2_VHE, false), ERR_LEVEL_NO_VHE);
	assert_int_equal(choose(&facts, HOBNAIL_LEVEL_EL2, false), OK);
}

static void fixed_e2h_leaves_only_vhe(void **state)
{
	struct arch_facts facts = { .firmware_level = 2, .vhe = true, .e2h_fixed = true };

	(void)state;
	assert_int_equal(choose(&facts, HOBNAIL_LEVEL_EL1, false), ERR_LEVEL_E2H_FIXED);
	assert_int_equal(choose(&facts, HOBNAIL_LEVEL_EL2, false), ERR_LEVEL_E2H_FIXED);
	assert_int_equal(choose(&facts, HOBNAIL_LEVEL_EL2_VHE, false), OK);
}

static void el1_is_the_default_from_both_levels(void **state)
{
	(void)state;
	assert_int_equal(choose(&at_el1, HOBNAIL_LEVEL_EL1, false), OK);
	assert_int_equal(mode.level, HOBNAIL_LEVEL_EL1);
	assert_int_equal(mode.paging_levels, 4);
	assert_int_equal(choose(&at_el2, HOBNAIL_LEVEL_EL1, true), OK);
	assert_true(mode.mmu_off);
	assert_int_equal(mode.paging_levels, 0);
}

static enum err choose_levels(bool lpa2, uint32_t level, unsigned least, unsigned most, bool wc1)
{
	const struct arch_facts facts = { .firmware_level = 2, .vhe = true, .lpa2 = lpa2 };
	struct wants wants = { .level = level, .paging_least = least, .paging_most = most, .types_pat5 = wc1 };
	struct problem p;
	enum err e = mode_choose_aarch64(&facts, &wants, &mode, &p);

	assert_true(!e || p.value[0] == least);
	return e;
}

static void five_levels_need_lpa2_and_two_ranges(void **state)
{
	(void)state;
	assert_int_equal(choose_levels(true, HOBNAIL_LEVEL_EL1, 5, 5, false), OK);
	assert_int_equal(mode.paging_levels, 5);
	assert_ptr_equal(mode.layout, &plan_aarch64_5);
	assert_int_equal(mode.memory_types, PLAN_MAIR);
	assert_int_equal(choose_levels(true, HOBNAIL_LEVEL_EL2_VHE, 4, 5, true), OK);
	assert_int_equal(mode.paging_levels, 5);
	assert_ptr_equal(mode.layout, &plan_aarch64_5_wc1);
	assert_int_equal(mode.memory_types, PLAN_MAIR_WC1);
	assert_int_equal(choose_levels(false, HOBNAIL_LEVEL_EL1, 5, 5, false), ERR_PAGING_LEVELS);
	assert_int_equal(choose_levels(true, HOBNAIL_LEVEL_EL2, 5, 5, false), ERR_PAGING_LEVELS);
	assert_int_equal(choose_levels(true, HOBNAIL_LEVEL_EL2, 4, 5, false), OK);
	assert_ptr_equal(mode.layout, &plan_aarch64_el2);
}

static void four_levels_are_made_where_no_more_are_wanted_or_there(void **state)
{
	(void)state;
	assert_int_equal(choose_levels(true, HOBNAIL_LEVEL_EL1, 4, 4, false), OK);
	assert_int_equal(mode.paging_levels, 4);
	assert_int_equal(choose_levels(false, HOBNAIL_LEVEL_EL1, 4, 5, true), OK);
	assert_int_equal(mode.paging_levels, 4);
	assert_ptr_equal(mode.layout, &plan_aarch64_wc1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(el3_is_refused_whatever_the_kernel_asks),
		cmocka_unit_test(el2_needs_firmware_at_el2),
		cmocka_unit_test(vhe_needs_the_processor),
		cmocka_unit_test(fixed_e2h_leaves_only_vhe),
		cmocka_unit_test(el1_is_the_default_from_both_levels),
		cmocka_unit_test(five_levels_need_lpa2_and_two_ranges),
		cmocka_unit_test(four_levels_are_made_where_no_more_are_wanted_or_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
