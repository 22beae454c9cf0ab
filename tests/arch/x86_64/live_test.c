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

enum { ROOT, UPPER, LOWER, LEAVES, TABLES, LEAVES_AT = 301, PRESENT = 1, IS_PAGE = 1 << 7 };

static uint64_t tables[TABLES][512] __attribute__((aligned(4096)));
static struct span visited[8];
static unsigned visit_count;
static paddr no_memory;

static bool see(void *context, paddr at, uint64_t bytes)
{
	(void)context;
	assert_true(visit_count < COUNT_OF(visited));
	visited[visit_count++] = (struct span){ at, bytes };
	return at != no_memory;
}

static void look(uint64_t bytes)
{
	visit_count = 0;
	arch_own_memory(bytes, see, NULL);
}

static int reset(void **state)
{
	(void)state;
	machine_reset();
	memset(tables, 0, sizeof tables);
	tables[ROOT][0] = (uintptr_t)tables[UPPER] | PRESENT;
	tables[UPPER][2] = (uintptr_t)tables[LOWER] | PRESENT;
	tables[UPPER][3] = (uintptr_t)tables[TABLES - 1] | PRESENT | IS_PAGE;
	tables[UPPER][4] = (uintptr_t)tables[ROOT]; /* not present */
	for (unsigned i = 0; i < 512; i++)
		tables[LOWER][i] = (uint64_t)i << 21 | PRESENT | IS_PAGE;
	tables[LOWER][LEAVES_AT] = (uintptr_t)tables[LEAVES] | PRESENT;
	tables[LEAVES][0] = 0x1000 | PRESENT; /* a page: the last level has no tables */
	machine.cpus[0].cr[3] = (uintptr_t)tables[ROOT] | 0x18;
	machine.cpus[0].cr[4] = 0;
	machine.cpus[0].idt = 0x120000;
	machine.cpus[0].gdt = 0x130000;
	machine.cpus[0].gdt_limit = 0x2f;
	no_memory = 0;
	return 0;
}

static void every_table_is_visited(void **state)
{
	(void)state;
	look(GIB(4));
	assert_int_equal(visit_count, 2 + TABLES);
	assert_int_equal(visited[0].base, 0x130000);
	assert_int_equal(visited[0].bytes, 0x30);
	assert_int_equal(visited[1].base, 0x120000);
	assert_int_equal(visited[1].bytes, 256 * sizeof(struct descriptor_gate));
	for (unsigned i = 0; i < TABLES; i++) {
		assert_int_equal(visited[2 + i].base, (uintptr_t)tables[i]);
		assert_int_equal(visited[2 + i].bytes, 4096);
	}
}

/* Firmware may map all that a processor can address: these tables are many. */
static void tables_behind_the_end_are_left_out(void **state)
{
	static const struct { uint64_t bytes; unsigned tables; } rows[] = {
		{ 4096, 2 }, { GIB(2), 2 }, { GIB(2) + 1, 3 }, { GIB(2) + MIB(2) * LEAVES_AT, 3 },
		{ GIB(2) + MIB(2) * LEAVES_AT + 1, 4 }, { GIB(512), 4 }, { GIB(512) + 1, 5 },
	};

	(void)state;
	tables[ROOT][1] = (uintptr_t)tables[LOWER] | PRESENT;
	for (unsigned i = 0; i < COUNT_OF(rows); i++) {
		look(rows[i].bytes);
		assert_int_equal(visit_count, 2 + rows[i].tables);
	}
}

static void a_table_that_is_in_no_memory_is_not_read(void **state)
{
	(void)state;
	no_memory = 0x7ffffffff000;
	tables[UPPER][2] = no_memory | PRESENT;
	look(GIB(4));
	assert_int_equal(visit_count, 2 + 3);
	assert_int_equal(visited[4].base, no_memory);
}

/* The fifth level is one more, and a table that lists itself is no endless walk. */
static void levels_are_counted(void **state)
{
	(void)state;
	machine.cpus[0].cr[4] = CR4_LA57;
	tables[LEAVES][0] = 0;
	look(UINT64_MAX);
	assert_int_equal(visit_count, 2 + TABLES);
	memset(tables, 0, sizeof tables);
	tables[ROOT][0] = (uintptr_t)tables[ROOT] | PRESENT;
	look(GIB(4));
	assert_int_equal(visit_count, 2 + 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_table_is_visited, reset),
		cmocka_unit_test_setup(tables_behind_the_end_are_left_out, reset),
		cmocka_unit_test_setup(a_table_that_is_in_no_memory_is_not_read, reset),
		cmocka_unit_test_setup(levels_are_counted, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
