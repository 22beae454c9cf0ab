/* The loader's own C, whole, over a firmware that serves it well: what a boot asks for, and what it leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static void judged(const char *why)
{
	if (why)
		fail_msg("%s", why);
}

static void boots(enum machine machine, enum world_kernel kernel)
{
	world_make(machine, kernel);
	fake_run();
	judged(world_judge_entered());
	judged(world_judge());
	judged(world_judge_read_once());
}

static void boots_and_tells_the_truth(void **state)
{
	(void)state;
	boots(FAKE_X86_64, KERNEL_UPPER);
	const struct hobnail_boot *r = world_record();
	assert_string_equal(hobnail_text(r, r->cmdline), "hello world");
	assert_int_equal(r->modules.count, 2);
	assert_int_equal(r->cpus.count, 2);
	assert_int_equal(r->framebuffers.count, 1);
	assert_int_equal(((const struct hobnail_framebuffer *)hobnail_entry(r, &r->framebuffers, 0))->width, 64);
	assert_int_equal(r->boot_time, 1709208000);
	assert_int_equal(r->entropy[63], 0xa5);
	assert_string_equal(fake.console, "");
}

static void boots_every_kind_of_kernel(void **state)
{
	(void)state;
	boots(FAKE_X86_64, KERNEL_PIE);
	boots(FAKE_X86_64, KERNEL_STAGED);
	assert_int_equal(handoff.move_count, 1);
	boots(FAKE_AARCH64, KERNEL_UPPER);
	boots(FAKE_AARCH64, KERNEL_PIE);
	boots(FAKE_AARCH64, KERNEL_STAGED);
}

/* The tree of the fake machine says HVC; the firmware that would answer ran at EL2, and has left. */
static void hvc_of_a_firmware_at_el2_is_no_conduit(void **state)
{
	(void)state;
	world_make(FAKE_AARCH64, KERNEL_UPPER);
	fake.options.rsdp = 0;
	fake.options.facts.firmware_level = 1;
	fake_run();
	judged(world_judge_entered());
	assert_int_equal(world_record()->psci, HOBNAIL_PSCI_HVC);

	world_make(FAKE_AARCH64, KERNEL_UPPER);
	fake.options.rsdp = 0;
	fake_run();
	judged(world_judge_entered());
	assert_int_equal(world_record()->psci, HOBNAIL_PSCI_NONE);
}

/* world_judge_entered() compares what was cleaned with what the protocol promises. */
static void cleans_what_a_kernel_reads_with_its_cache_off(void **state)
{
	(void)state;
	boots(FAKE_AARCH64, KERNEL_MMU_OFF);
	assert_true(handoff.mode.mmu_off);
	boots(FAKE_AARCH64, KERNEL_MMU_OFF_STAGED);
	assert_int_equal(handoff.move_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boots_and_tells_the_truth),
		cmocka_unit_test(boots_every_kind_of_kernel),
		cmocka_unit_test(hvc_of_a_firmware_at_el2_is_no_conduit),
		cmocka_unit_test(cleans_what_a_kernel_reads_with_its_cache_off),
	};

	return cmocka_run_group_tests_name("firmware/boot", tests, NULL, NULL);
}
