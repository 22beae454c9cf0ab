/* Preflight in the whole loader: what it refuses is said, and everything is given back; what it reads of the firmware's own
 * tables; what it prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#include "image.h"

#define NX (1ull << 63)

static void refuses(const char *said)
{
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	const char *why = world_judge();
	if (why)
		fail_msg("%s", why);
	if (!world_said(said) || !world_said("ERR_PREFLIGHT"))
		fail_msg("it said: %s", fake.console);
}

/* The image lies at an address of the host's, beyond 40 bits. */
static void an_address_that_the_processor_cannot_form(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	fake.options.facts.phys_bits = 40;
	refuses("is reserved: this processor has 40-bit physical addresses");
	world_make(FAKE_AARCH64, KERNEL_MMU_OFF);
	fake.options.facts.phys_bits = 40;
	refuses("the code that switches address spaces");
}

/* ---- The firmware's tables ------------------------------------------------------------------------------- */

/* Tables of the firmware's that map the image and the arena one to one, in boot-services memory that nothing uses here. */
static uint64_t *lay_live_tables(void)
{
	uint64_t *pml4 = (uint64_t *)ARENA_TREE, *low = pml4 + 512, *high = low + 512;
	uint64_t image = (uintptr_t)image_text;

	memset(pml4, 0, 3 * PAGE_BYTES);
	pml4[0] = (uintptr_t)low | 7;
	pml4[image >> 39 & 511] = (uintptr_t)high | 7;
	for (unsigned i = 0; i < 512; i++) {
		low[i] = (uint64_t)i << 30 | 0x87;
		high[i] = (image >> 39 << 39) | (uint64_t)i << 30 | 0x87;
	}
	fake.options.live = (struct walker){ .mode = WALK_X86_64_4, .root = ARENA_TREE, .pat_or_mair = 0x0007040600070406 };
	return pml4;
}

static void the_firmware_s_tables_lead_to_the_code_that_switches(void **state)
{
	unsigned index = (uintptr_t)image_text >> 30 & 511, top = (uintptr_t)image_text >> 39 & 511;

	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	lay_live_tables();
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);

	world_make(FAKE_X86_64, KERNEL_UPPER);
	lay_live_tables()[top] |= NX;
	refuses("cannot be executed in the firmware's tables: PML4[");

	world_make(FAKE_X86_64, KERNEL_UPPER);
	lay_live_tables()[2 * 512 + index] ^= 1ull << 40;
	refuses("in the firmware's tables: PDPT[");

	/* No memory that the firmware lists: they cannot be judged. */
	world_make(FAKE_X86_64, KERNEL_UPPER);
	lay_live_tables();
	fake.options.live.root = 1ull << 45;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
}

/* ---- verbose = yes --------------------------------------------------------------------------------------- */

static void verbose_prints_requirements_and_walks(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_true(world_said("r-x write-back, pages up to "));
	assert_true(world_said(": segment 1\n"));
	assert_true(world_said(": the direct map\n"));
	assert_true(world_said(": the boot stack of CPU 0\n"));
	assert_true(world_said("the entry point at 0xffffffff80"));
	assert_true(world_said("\n    PML4[511] at 0x"));
	assert_true(world_said("the boot record at 0xffff8"));
	assert_true(world_said("the framebuffer at 0x"));
	world_make(FAKE_AARCH64, KERNEL_UPPER);
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
	fake_run();
	assert_true(world_said("\n    L0[") && world_said("\n    L3["));
}

static void a_boot_without_translation_has_less_to_prove(void **state)
{
	(void)state;
	world_make(FAKE_AARCH64, KERNEL_MMU_OFF_STAGED);
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_false(world_said("the entry point at"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_that_the_processor_cannot_form),
		cmocka_unit_test(the_firmware_s_tables_lead_to_the_code_that_switches),
		cmocka_unit_test(verbose_prints_requirements_and_walks),
		cmocka_unit_test(a_boot_without_translation_has_less_to_prove),
	};

	return cmocka_run_group_tests_name("firmware/preflight", tests, NULL, NULL);
}
