/* Multiboot2 kernels over the fake firmware: both entries, a return, and what such a kernel may not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static void enters(void)
{
	fake_run();
	const char *why = world_judge();
	if (!why) why = world_judge_entered();
	if (!why) why = world_judge_read_once();
	if (why)
		fail_msg("%s", why);
}

static void refused(const char *code)
{
	fake_run();
	const char *why = world_judge();
	if (why)
		fail_msg("%s", why);
	if (fake.outcome != FAKE_RETURNED || !world_said(code))
		fail_msg("no %s: %s", code, fake.console);
}

static void a_kernel_in_the_firmwares_memory_moves_there_after_the_exit(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_MULTIBOOT2);
	enters();
	assert_int_equal(handoff.move_count, 1);
	assert_true(fake.exited);
}

static void a_kernel_with_the_efi64_entry_keeps_boot_services(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_MULTIBOOT2_WITHIN);
	enters();
	assert_false(fake.exited);
	assert_int_equal(fake.exit_tries, 0);
}

/* The firmware has its pages back, and a sentence says so. */
static void a_kernel_that_returns_is_reported(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_MULTIBOOT2_WITHIN);
	fake.options.kernel_returns = 0x1234;
	refused("(ERR_MB2_RETURNED; back to the firmware)");
	assert_true(world_said("returned from its entry point, with 0x1234"));
}

static void a_kernel_in_the_firmwares_memory_cannot_keep_boot_services(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_MULTIBOOT2_WITHIN);
	world_kernel_at(ARENA_BUSY);
	world_put_multiboot2(true);
	refused("(ERR_MB2_BUSY; back to the firmware)");
}

static void other_processors_have_no_such_kernels(void **state)
{
	(void)state;
	world_make(FAKE_AARCH64, KERNEL_UPPER);
	world_put_multiboot2(false);
	refused("(ERR_MB2_X86; back to the firmware)");
}

static void a_console_that_is_required_must_be_there(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_MULTIBOOT2);
	put16(&world_elf, AT_TEXT + 0x80 + 16 + 16, 4); /* the framebuffer tag becomes a console tag */
	put32(&world_elf, AT_TEXT + 0x80 + 16 + 16 + 8, 1);
	refused("(ERR_MB2_CONSOLE; back to the firmware)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_in_the_firmwares_memory_moves_there_after_the_exit),
		cmocka_unit_test(a_kernel_with_the_efi64_entry_keeps_boot_services),
		cmocka_unit_test(a_kernel_that_returns_is_reported),
		cmocka_unit_test(a_kernel_in_the_firmwares_memory_cannot_keep_boot_services),
		cmocka_unit_test(other_processors_have_no_such_kernels),
		cmocka_unit_test(a_console_that_is_required_must_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
