/* core/source.c: each byte of a file is read once, and never more than was asked for. core/pages.c: the ledger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source.h"

enum { BYTES = 3 * PAGE_BYTES };

static uint8_t file[BYTES], reads[BYTES], memory[16 * PAGE_BYTES];
static struct ledger ledger;
static uint64_t taken, fails_at;
static struct source source;
static struct problem problem;

/* ---- A file and memory ----------------------------------------------------------------------------------- */

static enum err read_file(struct source *s, uint64_t at, void *to, uint64_t bytes, struct problem *p)
{
	assert_ptr_equal(s, &source);
	assert_true(bytes && range_within(at, bytes, BYTES));
	if (fails_at - at < bytes)
		return problem_at(p, ERR_FILE_SHORT, fails_at);
	memcpy(to, file + at, bytes);
	for (uint64_t i = at; i < at + bytes; i++)
		reads[i]++;
	return OK;
}

static enum err take(void *context, const struct page_wish *wish, paddr *out, struct problem *p)
{
	(void)context;
	assert_int_equal(wish->type, HOBNAIL_MEMORY_USABLE);
	if (taken + align_up(wish->bytes, PAGE_BYTES) > sizeof memory)
		return problem(p, ERR_NO_MEMORY, wish->bytes);
	*out = taken;
	taken += align_up(wish->bytes, PAGE_BYTES);
	return OK;
}

static void *at(void *context, paddr page)
{
	(void)context;
	return memory + page;
}

static const struct pages pages = { .take = take, .at = at, .ledger = &ledger };

static void begin(void)
{
	for (unsigned i = 0; i < BYTES; i++)
		file[i] = (uint8_t)(i * 7 + i / 256);
	memset(reads, 0, sizeof reads);
	taken = 0;
	fails_at = UINT64_MAX;
	source = (struct source){ .bytes = BYTES, .read = read_file };
}

static const uint8_t *view(uint64_t offset, uint64_t bytes)
{
	const void *out = NULL;

	assert_int_equal(source_view(&source, &pages, offset, bytes, &out, &problem), OK);
	assert_memory_equal(out, file + offset, bytes);
	return out;
}

static void fetch(uint64_t offset, uint64_t bytes)
{
	uint8_t out[BYTES + 1] = { 0 };

	assert_int_equal(source_fetch(&source, offset, out, bytes, &problem), OK);
	assert_memory_equal(out, file + offset, bytes);
	assert_int_equal(out[bytes], 0);
}

static void nothing_was_read_twice(void)
{
	for (unsigned i = 0; i < BYTES; i++)
		if (reads[i] > 1)
			fail_msg("byte %u was read %u times", i, reads[i]);
}

/* ---- Promises --------------------------------------------------------------------------------------------- */

static void what_was_viewed_is_copied(void **state)
{
	(void)state;
	begin();
	view(100, 50);
	view(1000, 8);
	view(140, 20); /* begins in a piece, and ends outside of it */
	fetch(0, BYTES);
	nothing_was_read_twice();
	for (unsigned i = 0; i < BYTES; i++)
		assert_int_equal(reads[i], 1);
}

static void a_view_inside_a_piece_is_the_piece(void **state)
{
	(void)state;
	begin();
	const uint8_t *whole = view(64, 128);
	uint64_t before = taken;
	assert_ptr_equal(view(64, 128), whole);
	assert_ptr_equal(view(100, 1), whole + 36);
	assert_ptr_equal(view(191, 1), whole + 127);
	assert_ptr_equal(view(192, 0), whole + 128);
	assert_int_equal(taken, before);
	assert_ptr_not_equal(view(191, 2), whole + 127);
	assert_int_equal(taken, before + PAGE_BYTES);
	nothing_was_read_twice();
}

/* Without room for another piece bytes are still right; they are read again then. */
static void more_views_than_pieces_are_right(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < SOURCE_MAX_PIECES + 2; i++) {
		taken = 0;
		view(i * 8, 8);
	}
	assert_int_equal(source.piece_count, SOURCE_MAX_PIECES);
}

static void an_error_of_the_file_is_the_callers(void **state)
{
	const void *out = &problem;
	uint8_t to[64];

	(void)state;
	begin();
	fails_at = 500;
	view(0, 100);
	assert_int_equal(source_fetch(&source, 480, to, 40, &problem), ERR_FILE_SHORT);
	assert_int_equal(problem.offset, 500);
	assert_int_equal(source_view(&source, &pages, 490, 20, &out, &problem), ERR_FILE_SHORT);
	assert_ptr_equal(out, &problem); /* untouched */
	assert_int_equal(source.piece_count, 1);
	taken = sizeof memory;
	assert_int_equal(source_view(&source, &pages, 2000, 20, &out, &problem), ERR_NO_MEMORY);
	assert_int_equal(source.piece_count, 1);
}

/* The one who met the error did not tell it: the next one does, without another read. What is in memory is there. */
static void after_an_error_nothing_is_read(void **state)
{
	const void *out;
	uint8_t to[64];

	(void)state;
	begin();
	fails_at = 500;
	view(0, 100);
	assert_int_equal(source_view(&source, &pages, 490, 20, &out, NULL), ERR_FILE_SHORT);
	fails_at = BYTES;
	memset(reads, 0, sizeof reads);
	assert_int_equal(source_fetch(&source, 600, to, 40, &problem), ERR_FILE_SHORT);
	assert_int_equal(problem.offset, 500);
	for (unsigned i = 0; i < BYTES; i++)
		assert_int_equal(reads[i], 0);
	view(0, 100);
}

/* A claim that is free after the hand-off is in nobody's way. */
static void the_ledger_names_the_first_claim_that_is_met(void **state)
{
	(void)state;
	ledger.count = 3;
	ledger.claims[0] = (struct claim){ 0x1000, 0x2000, HOBNAIL_MEMORY_USABLE };
	ledger.claims[1] = (struct claim){ 0x5000, 0x1000, HOBNAIL_MEMORY_NET };
	ledger.claims[2] = (struct claim){ 0x6000, 0x1000, HOBNAIL_MEMORY_TABLES };
	assert_null(ledger_meets(&ledger, 0x0, 0x5000));
	assert_ptr_equal(ledger_meets(&ledger, 0x0, 0x5001), &ledger.claims[1]);
	assert_ptr_equal(ledger_meets(&ledger, 0x5fff, 2), &ledger.claims[1]);
	assert_ptr_equal(ledger_meets(&ledger, 0x6000, 1), &ledger.claims[2]);
	assert_null(ledger_meets(&ledger, 0x7000, 0x1000));
	assert_null(ledger_meets(&ledger, 0x5800, 0));
}

static void a_place_is_the_highest_that_no_claim_meets(void **state)
{
	const struct page_wish pages_2 = { .bytes = PAGE_BYTES + 1 };
	const struct page_wish past = { .bytes = PAGE_BYTES, .alignment = 0x4000, .offset = 0x1000 };

	(void)state;
	ledger.count = 0;
	assert_int_equal(ledger_highest_place(&ledger, 0x1000, 0x9000, &pages_2), 0x7000);
	assert_int_equal(ledger_highest_place(&ledger, 0x7000, 0x9000, &pages_2), 0x7000);
	assert_int_equal(ledger_highest_place(&ledger, 0x7001, 0x9000, &pages_2), 0);
	assert_int_equal(ledger_highest_place(&ledger, 0x9000, 0x9000, &pages_2), 0);
	assert_int_equal(ledger_highest_place(&ledger, 0x1000, 0x9000, &past), 0x5000);
	assert_int_equal(ledger_highest_place(&ledger, 0x6000, 0x9000, &past), 0);
	assert_int_equal(ledger_add(&ledger, 0x8000, 0x1000, HOBNAIL_MEMORY_NET, NULL), OK);
	assert_int_equal(ledger_add(&ledger, 0x5000, 0x1000, HOBNAIL_MEMORY_USABLE, NULL), OK);
	assert_int_equal(ledger_highest_place(&ledger, 0x1000, 0x9000, &pages_2), 0x6000);
	assert_int_equal(ledger_highest_place(&ledger, 0x1000, 0x9000, &past), 0x1000);
	assert_int_equal(ledger_lowest(&ledger, 0x1000, 0x8000)->base, 0x5000);
	assert_int_equal(ledger_lowest(&ledger, 0x6000, 0x3000)->base, 0x8000);
	assert_null(ledger_lowest(&ledger, 0x6000, 0x2000));
}

static void a_full_ledger_takes_no_more(void **state)
{
	(void)state;
	ledger.count = 0;
	for (unsigned i = 0; i < LEDGER_MAX; i++)
		assert_int_equal(ledger_add(&ledger, i, 1, HOBNAIL_MEMORY_NET, &problem), OK);
	assert_int_equal(ledger_add(&ledger, 1, 1, HOBNAIL_MEMORY_NET, &problem), ERR_FULL);
	assert_int_equal(problem.value[0], LEDGER_MAX);
	assert_int_equal(ledger.count, LEDGER_MAX);
	ledger.count = 0;
}

static void a_small_file_is_a_text(void **state)
{
	struct text text = { NULL, 0 };

	(void)state;
	begin();
	assert_int_equal(source_text(&source, &pages, BYTES - 1, &text, &problem), ERR_FILE_TOO_BIG);
	assert_int_equal(problem.value[0], BYTES);
	assert_int_equal(problem.value[1], BYTES - 1);
	assert_null(text.at);
	assert_int_equal(source_text(&source, &pages, BYTES, &text, &problem), OK);
	assert_int_equal(text.bytes, BYTES);
	assert_memory_equal(text.at, file, BYTES);
	source = (struct source){ .read = read_file };
	assert_int_equal(source_text(&source, &pages, BYTES, &text, &problem), OK);
	assert_int_equal(text.bytes, 0);
	begin();
	fails_at = 5;
	assert_int_equal(source_text(&source, &pages, BYTES, &text, &problem), ERR_FILE_SHORT);
	assert_int_equal(text.bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_viewed_is_copied),
		cmocka_unit_test(a_view_inside_a_piece_is_the_piece),
		cmocka_unit_test(more_views_than_pieces_are_right),
		cmocka_unit_test(an_error_of_the_file_is_the_callers),
		cmocka_unit_test(after_an_error_nothing_is_read),
		cmocka_unit_test(a_small_file_is_a_text),
		cmocka_unit_test(the_ledger_names_the_first_claim_that_is_met),
		cmocka_unit_test(a_place_is_the_highest_that_no_claim_meets),
		cmocka_unit_test(a_full_ledger_takes_no_more),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
