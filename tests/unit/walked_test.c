/* A whole address space as ranges: what is merged, what is not entered, what is doubtful. */
#include "../../cli/map/walked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { TABLES = 64, ROOT = 0x1000, RW = 3, LARGE = 0x83, USER = 4 };
#define NX (1ull << 63)

static uint64_t memory[TABLES][512];

static const uint64_t *page(void *context, paddr at)
{
	(void)context;
	return at / 4096 < TABLES ? memory[at / 4096] : NULL;
}

/* 6: write-back; the other entries are of no interest. */
static const struct walker walker = { .mode = WALK_X86_64_4, .root = ROOT, .phys_bits = 40, .pat_or_mair = 6,
                                      .page = page };

static struct walked w;

static void walk_all(const struct walked_options *options)
{
	static const struct walked_options none;

	walked_free(&w);
	assert_true(walked(&w, &walker, options ? options : &none));
}

/* Tables at pages 1 to 4, down to the one of 4 KiB pages for the first 2 MiB. */
static void begin(void)
{
	memset(memory, 0, sizeof memory);
	memory[1][0] = 0x2000 | RW | USER;
	memory[2][0] = 0x3000 | RW | USER;
	memory[3][0] = 0x4000 | RW | USER;
}

static void expect(size_t index, vaddr va, uint64_t bytes, paddr phys, unsigned rights)
{
	assert_true(index < w.count);
	assert_int_equal(w.ranges[index].va, va);
	assert_int_equal(w.ranges[index].bytes, bytes);
	assert_int_equal(w.ranges[index].phys, phys);
	assert_int_equal(w.ranges[index].rights, rights);
}

static void walked_is_empty_without_pages(void **state)
{
	(void)state;
	memset(memory, 0, sizeof memory);
	walk_all(NULL);
	assert_int_equal(w.count, 0);
	assert_int_equal(w.end, 0);
	assert_int_equal(w.table_count, 1);
	assert_non_null(walked_table(&w, ROOT));
	assert_null(walked_table(&w, 0x2000));
}

static void walked_merges_pages_of_all_sizes(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < 512; i++)
		memory[4][i] = (0x200000 + 0x1000 * i) | RW | NX;
	memory[3][1] = 0x400000 | LARGE | NX;
	memory[3][2] = 0x800000 | LARGE | NX; /* elsewhere */
	walk_all(NULL);
	assert_int_equal(w.count, 2);
	expect(0, 0, MIB(4), MIB(2), WALKED_READ | WALKED_WRITE);
	assert_int_equal(w.ranges[0].pages[0], 512);
	assert_int_equal(w.ranges[0].pages[1], 1);
	expect(1, MIB(4), MIB(2), MIB(8), WALKED_READ | WALKED_WRITE);
	walked_scatter(&w, NULL, NULL);
	assert_int_equal(w.count, 1);
	assert_int_equal(w.ranges[0].pages[1], 2);
	assert_true(w.ranges[0].scattered);
	assert_int_equal(w.ranges[0].bytes, MIB(6));
	assert_int_equal(w.table_count, 4);
}

static void walked_keeps_rights_apart(void **state)
{
	(void)state;
	begin();
	memory[4][1] = 0x1000 | 1 | NX;
	memory[4][2] = 0x2000 | 1;
	memory[4][3] = 0x3000 | RW | USER;
	memory[4][511] = 0x5000 | 1 | USER | NX;
	walk_all(NULL);
	assert_int_equal(w.count, 4);
	expect(0, 0x1000, 4096, 0x1000, WALKED_READ);
	expect(1, 0x2000, 4096, 0x2000, WALKED_READ | WALKED_EXECUTE);
	expect(2, 0x3000, 4096, 0x3000, 31);
	expect(3, 0x1ff000, 4096, 0x5000, WALKED_READ | WALKED_USER);
	assert_int_equal(w.doubts[DOUBT_WRITE_EXECUTE].count, 1);
	assert_int_equal(w.doubts[DOUBT_WRITE_EXECUTE].first.va, 0x3000);
	assert_int_equal(w.doubts[DOUBT_USER_EXECUTE].count, 1);
}

static uint64_t limit(void *context, vaddr va)
{
	(void)context;
	return va < 0x3000 ? 0x3000 - va : UINT64_MAX;
}

static void walked_begins_ranges_where_it_is_told(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < 8; i++)
		memory[4][i] = (0x1000 * i) | 1;
	walk_all(&(struct walked_options){ .limit = limit });
	assert_int_equal(w.count, 2);
	expect(0, 0, 0x3000, 0, WALKED_READ | WALKED_EXECUTE);
	expect(1, 0x3000, 0x5000, 0x3000, WALKED_READ | WALKED_EXECUTE);
}

static void walked_does_not_enter_a_table_that_contains_itself(void **state)
{
	(void)state;
	begin();
	memory[1][510] = ROOT | RW;
	memory[2][511] = 0x2000 | RW;
	walk_all(NULL);
	assert_int_equal(w.count, 2);
	assert_int_equal(w.ranges[0].kind, WALKED_RECURSIVE);
	assert_int_equal(w.ranges[0].va, GIB(511));
	assert_int_equal(w.ranges[0].bytes, GIB(1));
	assert_int_equal(w.ranges[1].kind, WALKED_RECURSIVE);
	assert_int_equal(w.ranges[1].va, 0xffffff0000000000);
	assert_int_equal(w.ranges[1].phys, ROOT);
	assert_int_equal(w.doubts[DOUBT_RECURSIVE].count, 2);
}

/* Every entry of each table points at the next one: 512 to the power of 4 pages. */
static void walked_does_not_enter_a_table_again_and_again(void **state)
{
	(void)state;
	for (unsigned t = 1; t <= 4; t++)
		for (unsigned i = 0; i < 512; i++)
			memory[t][i] = 0x1000 * (t + 1) | 1;
	walk_all(NULL);
	assert_false(w.incomplete);
	assert_true(w.visits < 40000);
	assert_true(w.doubts[DOUBT_REPEATED].count > 0);
	assert_int_equal(w.ranges[w.count - 1].va + w.ranges[w.count - 1].bytes, 0);
	assert_int_equal(w.ranges[w.count - 1].kind, WALKED_REPEATED);
	walk_all(&(struct walked_options){ .most_tables = 100 });
	assert_true(w.incomplete);
	assert_true(w.end != 0);
}

static void walked_names_entries_that_fault(void **state)
{
	(void)state;
	begin();
	memory[1][1] = 1 | 1ull << 45;       /* beyond 40 bits */
	memory[2][1] = 0x100000 | RW;        /* outside memory */
	memory[3][5] = 0x600000 | LARGE | 1 << 13;
	walk_all(NULL);
	assert_int_equal(w.count, 0);
	assert_int_equal(w.doubts[DOUBT_TOO_WIDE].first.va, GIB(512));
	assert_int_equal(w.doubts[DOUBT_UNREADABLE].first.va, GIB(1));
	assert_int_equal(w.doubts[DOUBT_RESERVED].first.va, MIB(10));
}

static void walked_names_upper_entries_that_take_rights(void **state)
{
	(void)state;
	begin();
	memory[2][0] = 0x3000 | RW | NX;
	memory[3][0] = 0x4000 | 1;
	memory[4][7] = 0x7000 | RW;
	walk_all(NULL);
	expect(0, 0x7000, 4096, 0x7000, WALKED_READ);
	assert_int_equal(w.doubts[DOUBT_NO_EXECUTE].count, 1);
	assert_int_equal(w.doubts[DOUBT_NO_EXECUTE].first.blame[WALK_EXECUTE].step, 1);
	assert_int_equal(w.doubts[DOUBT_READ_ONLY].count, 1);
}

static void walked_finds_tables_that_are_writable(void **state)
{
	(void)state;
	begin();
	memory[4][0] = 0x0000 | 1 | NX;
	memory[4][1] = 0x3000 | RW | NX;        /* a table */
	memory[4][2] = 0x3000 | RW | USER | NX; /* again, for user mode, too */
	memory[4][3] = 0x1000 | 1;              /* another one, read-only */
	memory[4][4] = 0x4000 | RW;
	walk_all(NULL);
	assert_true(walked_find_writable(&w));
	assert_int_equal(w.writable.count, 2);
	assert_int_equal(w.writable.va, 0x1000);
	assert_int_equal(w.writable.table, 0x3000);
	assert_int_equal(w.user_writable.count, 1);
	assert_int_equal(w.user_writable.va, 0x2000);
	memory[3][1] = 0 | LARGE | NX; /* all of them, the first two once more */
	walk_all(NULL);
	assert_true(walked_find_writable(&w));
	assert_int_equal(w.writable.count, 4);
}

static void walked_reaches_the_last_page(void **state)
{
	(void)state;
	begin();
	memory[1][511] = 0x2000 | RW;
	memory[2][511] = 0x3000 | RW;
	memory[3][511] = 0x4000 | RW;
	memory[4][511] = 0x9000 | 1;
	walk_all(NULL);
	assert_int_equal(w.ranges[w.count - 1].va, 0xfffffffffffff000);
	assert_int_equal(w.end, 0);
}

static int free_all(void **state)
{
	(void)state;
	walked_free(&w);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walked_is_empty_without_pages),
		cmocka_unit_test(walked_merges_pages_of_all_sizes),
		cmocka_unit_test(walked_keeps_rights_apart),
		cmocka_unit_test(walked_begins_ranges_where_it_is_told),
		cmocka_unit_test(walked_does_not_enter_a_table_that_contains_itself),
		cmocka_unit_test(walked_does_not_enter_a_table_again_and_again),
		cmocka_unit_test(walked_names_entries_that_fault),
		cmocka_unit_test(walked_names_upper_entries_that_take_rights),
		cmocka_unit_test(walked_finds_tables_that_are_writable),
		cmocka_unit_test(walked_reaches_the_last_page),
	};

	return cmocka_run_group_tests(tests, NULL, free_all);
}
