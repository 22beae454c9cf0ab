/* loader/arch/x86_64/live.c: the memory that the processor reads by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch.h"
#include "cpu.h"
#include "descriptor.h"
#include "machine.h"

enum { ROOT, UPPER, LOWER, LEAVES, TABLES, PRESENT = 1, IS_PAGE = 1 << 7 };

static uint64_t tables[TABLES][512] __attribute__((aligned(4096)));
static struct span visited[8];
static unsigned visit_count;
static bool matters;

static bool see(void *context, paddr at, uint64_t bytes)
{
	(void)context;
	assert_true(visit_count < COUNT_OF(visited));
	visited[visit_count++] = (struct span){ at, bytes };
	return matters;
}

static void look(bool that_matters)
{
	matters = that_matters;
	visit_count = 0;
	arch_own_memory(see, NULL);
}

static int reset(void **state)
{
	(void)state;
	machine_reset();
	memset(tables, 0, sizeof tables);
	tables[ROOT][1] = (uintptr_t)tables[UPPER] | PRESENT;
	tables[UPPER][2] = (uintptr_t)tables[LOWER] | PRESENT;
	tables[UPPER][3] = (uintptr_t)tables[TABLES - 1] | PRESENT | IS_PAGE;
	tables[UPPER][4] = (uintptr_t)tables[ROOT]; /* not present */
	tables[LOWER][511] = (uintptr_t)tables[LEAVES] | PRESENT;
	tables[LEAVES][0] = 0x1000 | PRESENT;       /* a page: the last level has no tables */
	machine.cpus[0].cr[3] = (uintptr_t)tables[ROOT] | 0x18;
	machine.cpus[0].cr[4] = 0;
	machine.cpus[0].idt = 0x120000;
	return 0;
}

static void tables_are_followed_where_they_matter(void **state)
{
	(void)state;
	look(false);
	assert_int_equal(visit_count, 2);
	assert_int_equal(visited[0].base, 0x120000);
	assert_int_equal(visited[0].bytes, 256 * sizeof(struct descriptor_gate));
	assert_int_equal(visited[1].base, (uintptr_t)tables[ROOT]);
	look(true);
	assert_int_equal(visit_count, 1 + TABLES);
	for (unsigned i = 0; i < TABLES; i++) {
		assert_int_equal(visited[1 + i].base, (uintptr_t)tables[i]);
		assert_int_equal(visited[1 + i].bytes, 4096);
	}
}

/* The fifth level is one more, and a table that lists itself is no endless walk. */
static void levels_are_counted(void **state)
{
	(void)state;
	machine.cpus[0].cr[4] = CR4_LA57;
	tables[LEAVES][0] = 0;
	look(true);
	assert_int_equal(visit_count, 1 + TABLES);
	memset(tables, 0, sizeof tables);
	tables[ROOT][0] = (uintptr_t)tables[ROOT] | PRESENT;
	look(true);
	assert_int_equal(visit_count, 1 + 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(tables_are_followed_where_they_matter, reset),
		cmocka_unit_test_setup(levels_are_counted, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
