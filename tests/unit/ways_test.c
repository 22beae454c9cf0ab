/* core/ways.c: how the other processors can be started, or that nobody says how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ways.h"

#define RAM     0x40000000ull
#define DEVICES 0x08000000ull
#define RELEASE (RAM + 0x1008)

static struct handoff h;

static struct hobnail_memory entries[] = {
	{ .base = DEVICES, .bytes = MIB(1), .type = HOBNAIL_MEMORY_MMIO },
	{ .base = RAM, .bytes = MIB(1), .type = HOBNAIL_MEMORY_RESERVED },
};
static struct table_cpu cpus[4];
static struct platform platform = { .cpus = cpus, .cpu_count = COUNT_OF(cpus), .arch.boot_cpu = 0x100 };
static struct problem problem;

/* The first is the boot processor, and the last is not enabled. */
static enum err prepare(paddr release1, paddr release2, uint32_t psci)
{
	for (unsigned i = 0; i < COUNT_OF(cpus); i++)
		cpus[i] = (struct table_cpu){ .hardware_id = 0x100 + i, .enabled = i < 3, .release = RELEASE };
	cpus[1].release = release1;
	cpus[2].release = release2;
	platform.psci = psci;
	platform.memory = (struct memmap){ entries, COUNT_OF(entries), COUNT_OF(entries) };
	h.touch_count = 0;
	return ways_find(&platform, &h, &problem);
}

static void psci_or_a_spin_table_is_a_way(void **state)
{
	(void)state;
	assert_int_equal(prepare(0, 0, HOBNAIL_PSCI_SMC), OK);
	assert_int_equal(h.touch_count, 0);
	assert_int_equal(prepare(0, 0, HOBNAIL_PSCI_HVC), OK);
	assert_int_equal(prepare(0, RELEASE, HOBNAIL_PSCI_NONE), OK);
	assert_int_equal(h.touch_count, 1);
	assert_int_equal(h.touch[0].base, RAM + PAGE_BYTES);
	assert_int_equal(h.touch[0].bytes, PAGE_BYTES);
	assert_false(h.touch[0].clean);
	assert_int_equal(prepare(RELEASE, RELEASE + 8, HOBNAIL_PSCI_NONE), OK);
	assert_int_equal(h.touch_count, 1);
	assert_int_equal(prepare(RELEASE, RELEASE + PAGE_BYTES, HOBNAIL_PSCI_NONE), OK);
	assert_int_equal(h.touch_count, 2);
}

/* The boot processor's table and that of one that is not enabled start nobody. */
static void without_either_there_is_no_way(void **state)
{
	(void)state;
	assert_int_equal(prepare(0, 0, HOBNAIL_PSCI_NONE), ERR_CPUS_NO_WAY);
	assert_int_equal(problem.code, ERR_CPUS_NO_WAY);
	assert_int_equal(h.touch_count, 0);
}

static void a_spin_table_is_memory(void **state)
{
	static const paddr bad[] = { DEVICES, RAM + MIB(1), RELEASE + 4, UINT64_MAX - 7 };

	(void)state;
	(void)prepare(0, 0, HOBNAIL_PSCI_SMC);
	assert_true(way_is_memory(&platform, RELEASE));
	for (unsigned i = 0; i < COUNT_OF(bad); i++)
		assert_false(way_is_memory(&platform, bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(psci_or_a_spin_table_is_a_way),
		cmocka_unit_test(without_either_there_is_no_way),
		cmocka_unit_test(a_spin_table_is_memory),
	};

	return cmocka_run_group_tests_name("ways", tests, NULL, NULL);
}
