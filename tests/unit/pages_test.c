#include <stdbool.h>
#include <string.h>

#include "kernel_stubs.h"

#include "pages.h"

enum { PAGES = 64, FIRST = 0x100 };

static uint8_t *memory;
static struct page_allocator p;
static bool taken[PAGES];

/* "Physical" memory from page FIRST on. */
static void open_pages(bool poison)
{
	memset(taken, 0, sizeof taken);
	memset(memory, 0x5a, PAGES * PAGE_BYTES);
	p = (struct page_allocator){ .offset = (uint64_t)(uintptr_t)memory - FIRST * PAGE_BYTES, .poison = poison };
}

static void add(unsigned first, unsigned count)
{
	pages_add(&p, (FIRST + first) * (paddr)PAGE_BYTES, (uint64_t)count * PAGE_BYTES);
}

static unsigned index_of(paddr page)
{
	assert_int_equal(page % PAGE_BYTES, 0);
	assert_in_range(page / PAGE_BYTES, FIRST, FIRST + PAGES - 1);
	return (unsigned)(page / PAGE_BYTES - FIRST);
}

static paddr take(void)
{
	paddr page = page_take(&p);

	assert_int_not_equal(page, 0);
	assert_false(taken[index_of(page)]);
	taken[index_of(page)] = true;
	return page;
}

static void give(paddr page)
{
	taken[index_of(page)] = false;
	page_give(&p, page);
}

static void every_page_is_given_out_once(void **state)
{
	(void)state;
	for (unsigned poison = 0; poison < 2; poison++) {
		open_pages(poison);
		add(0, 10);
		add(20, 1);
		add(40, 24);
		assert_int_equal(p.total, 35);
		for (unsigned i = 0; i < 35; i++) {
			assert_int_equal(p.free, 35 - i);
			memset(memory + index_of(take()) * (size_t)PAGE_BYTES, 0xee, PAGE_BYTES);
		}
		assert_int_equal(page_take(&p), 0);
		assert_int_equal(p.free, 0);
		for (unsigned i = 10; i < 20; i++)
			assert_false(taken[i]);
	}
}

static void what_is_given_back_is_given_out_again(void **state)
{
	paddr held[PAGES] = { 0 };

	(void)state;
	open_pages(true);
	add(0, PAGES);
	srand(1);
	for (unsigned i = 0; i < 20000; i++) {
		paddr *slot = &held[rand() % PAGES];
		if (*slot)
			give(*slot);
		*slot = *slot ? 0 : take();
		unsigned count = 0;
		for (unsigned k = 0; k < PAGES; k++)
			count += held[k] != 0;
		assert_int_equal(p.free, PAGES - count);
	}
}

static void page_0_means_none(void **state)
{
	(void)state;
	open_pages(false);
	p.offset = (uint64_t)(uintptr_t)memory;
	pages_add(&p, 0, 3 * PAGE_BYTES);
	assert_int_equal(p.total, 2);
	assert_int_equal(page_take(&p) + page_take(&p), 3 * PAGE_BYTES);
	pages_add(&p, 0, PAGE_BYTES);
	assert_int_equal(page_take(&p), 0);
}

static void zeroed_pages_are_zero(void **state)
{
	static const uint8_t zeros[PAGE_BYTES];

	(void)state;
	for (unsigned poison = 0; poison < 2; poison++) {
		open_pages(poison);
		add(3, 1);
		paddr page = page_take_zeroed(&p);
		assert_memory_equal(memory + index_of(page) * (size_t)PAGE_BYTES, zeros, PAGE_BYTES);
		assert_int_equal(page_take_zeroed(&p), 0);
	}
}

static void what_is_written_to_a_free_page_is_found(void **state)
{
	static const unsigned places[] = { 16, 17, 2048, PAGE_BYTES - 1 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		open_pages(true);
		add(0, 1);
		paddr page = take();
		give(page);
		memory[places[i]] ^= 1;
		assert_true(panics(page_take(&p)));
	}
}

static void what_is_no_page_cannot_be_given_back(void **state)
{
	(void)state;
	open_pages(false);
	assert_true(panics(page_give(&p, 0)));
	assert_true(panics(page_give(&p, FIRST * PAGE_BYTES + 8)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_is_given_out_once),
		cmocka_unit_test(what_is_given_back_is_given_out_again),
		cmocka_unit_test(page_0_means_none),
		cmocka_unit_test(zeroed_pages_are_zero),
		cmocka_unit_test(what_is_written_to_a_free_page_is_found),
		cmocka_unit_test(what_is_no_page_cannot_be_given_back),
	};

	memory = aligned_alloc(PAGE_BYTES, PAGES * PAGE_BYTES);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(memory);
	return failed;
}
