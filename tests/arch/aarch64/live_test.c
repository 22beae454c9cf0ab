/* Which translation a report takes to be the live one: from the registers as a kernel has left them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch.h"
#include "cpu.h"
#include "machine.h"

/* 4 KiB granules, 48 bits. */
#define BOTH (TCR_T0SZ(16) | TCR_T1SZ(16) | TCR_TG1_4K)
#define ONE  TCR_T0SZ(16)

static bool live(unsigned level, uint64_t tcr, struct walker *out)
{
	machine_reset(level);
	machine_has(level == 2 ? "sctlr_el2" : "sctlr_el1", SCTLR_M);
	machine_has(level == 2 ? "tcr_el2" : "tcr_el1", tcr);
	return arch_live_walker(out);
}

static void tags_are_ignored_where_the_processor_ignores_them(void **state)
{
	struct walker w;

	(void)state;
	assert_true(live(1, BOTH, &w));
	assert_int_equal(w.mode, WALK_AARCH64);
	assert_int_equal(w.flags, 0);
	assert_true(live(1, BOTH | BIT(37), &w)); /* TBI0 */
	assert_int_equal(w.flags, WALK_TBI0);
	assert_true(live(1, BOTH | BIT(38), &w)); /* TBI1 */
	assert_int_equal(w.flags, WALK_TBI1);
	assert_true(live(1, BOTH | TCR_EPD0, &w));
	assert_int_equal(w.flags, WALK_EPD0);
	assert_true(live(1, BOTH | TCR_EPD1, &w));
	assert_int_equal(w.flags, WALK_EPD1);
	assert_true(live(1, BOTH | TCR_HA, &w));
	assert_int_equal(w.flags, WALK_HW_AF);
	assert_true(live(2, ONE | TCR_EL2_HA, &w));
	assert_int_equal(w.flags, WALK_HW_AF);
	assert_true(live(2, ONE, &w));
	assert_int_equal(w.mode, WALK_AARCH64_EL2);
	assert_int_equal(w.flags, 0);
	assert_true(live(2, ONE | BIT(20), &w)); /* TCR_EL2.TBI */
	assert_int_equal(w.flags, WALK_TBI0);
}

/* FEAT_LPA2: TCR_EL1.DS is bit 59, TCR_EL2.DS bit 32; then SH0 and SH1 are the memory's shareability. */
static void ds_is_another_format(void **state)
{
	const uint64_t both = TCR_T0SZ(12) | TCR_T1SZ(12) | TCR_TG1_4K | BIT(59), sh0 = 3 * BIT(12), sh1 = 3 * BIT(28);
	struct walker w;

	(void)state;
	assert_true(live(1, both | sh0 | sh1, &w));
	assert_int_equal(w.mode, WALK_AARCH64_LPA2);
	assert_int_equal(w.t0sz, 12);
	assert_int_equal(w.flags, 0);
	assert_true(live(1, both | sh0, &w));
	assert_int_equal(w.flags, WALK_ALONE1);
	assert_true(live(1, both | 2 * BIT(28), &w));
	assert_int_equal(w.flags, WALK_ALONE0);
	assert_true(live(2, TCR_T0SZ(12) | BIT(32) | sh0, &w));
	assert_int_equal(w.mode, WALK_AARCH64_EL2_LPA2);
	assert_int_equal(w.flags, 0);
	assert_true(live(2, TCR_T0SZ(12) | BIT(32), &w));
	assert_int_equal(w.flags, WALK_ALONE0);
}

/* With E2H = 1 there are two ranges at EL2, too, and these names mean its registers. */
static void a_host_at_el2_has_two_ranges(void **state)
{
	struct walker w;

	(void)state;
	machine_reset(2);
	machine.host = true;
	machine_has("sctlr_el1", SCTLR_M);
	machine_has("tcr_el1", BOTH | TCR_EPD1);
	assert_true(arch_live_walker(&w));
	assert_int_equal(w.mode, WALK_AARCH64);
	assert_int_equal(w.flags, WALK_EPD1);
	assert_int_equal(w.t1sz, 16);
}

static void what_the_walker_does_not_know_is_not_walked(void **state)
{
	struct walker w;

	(void)state;
	assert_false(live(1, BOTH | BIT(41), &w)); /* HPD0 */
	assert_false(live(1, BOTH | BIT(42), &w)); /* HPD1 */
	assert_false(live(1, BOTH | BIT(14), &w)); /* TG0: 64 KiB */
	assert_true(live(1, BOTH | BIT(14) | TCR_EPD0, &w));
	assert_false(live(2, ONE | BIT(24), &w));  /* TCR_EL2.HPD */
	machine_reset(1);
	machine_has("tcr_el1", BOTH);
	assert_false(arch_live_walker(&w)); /* SCTLR.M */
}

/* Its old translation is given up, at the level that uses it. */
static void a_window_is_turned_to_another_page(void **state)
{
	(void)state;
	for (unsigned level = 1; level <= 2; level++) {
		volatile uint64_t entry = 0x1003;
		machine_reset(level);
		arch_window(&entry, 0x2003, 0x7000);
		assert_int_equal(entry, 0x2003);
		assert_int_equal(machine.flushed[level], 0x7000);
		assert_int_equal(machine.flushed[3 - level], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_are_ignored_where_the_processor_ignores_them),
		cmocka_unit_test(ds_is_another_format),
		cmocka_unit_test(a_host_at_el2_has_two_ranges),
		cmocka_unit_test(what_the_walker_does_not_know_is_not_walked),
		cmocka_unit_test(a_window_is_turned_to_another_page),
	};

	return cmocka_run_group_tests_name("arch/aarch64/live", tests, NULL, NULL);
}
