/* Every combination of rights, memory type and level of every format, as the walker reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fuzz/pool.h"

enum { COMBINATIONS = 16 * PT_MEMORY_KINDS };

#define EACH_KIND(k) (const struct pool_kind *k = pool_kinds; k < pool_kinds + COUNT_OF(pool_kinds); k++)

static struct pool pool;

static uint64_t level_bytes(unsigned level)
{
	return (uint64_t)PAGE_BYTES << 9 * level;
}

/* An address that one leaf at this level covers from its start. */
static vaddr address_for(const struct pool_kind *k, unsigned level)
{
	return align_down(k->base, level_bytes(level));
}

static void expect_leaf(const struct pool_kind *k, const struct pt *pt, unsigned level, paddr pa, unsigned n)
{
	const struct walker walker = {
		.mode = k->mode, .root = pt->root, .upper_root = pt->root, .pat_or_mair = k->pat_or_mair,
		.read = pool_read, .context = &pool,
	};
	struct walk got;

	walk(&walker, address_for(k, level) + 0x678, &got);
	if (got.page_bytes != level_bytes(level) || !pool_page_is(k->mode, &got, pa + 0x678, n % 16, n / 16))
		fail_msg("%s, level %u, rights %x, memory type %u: read as something else", k->format->name, level,
		         n % 16, n / 16);
}

static void every_combination_at_every_level_is_read_as_it_was_asked_for(void **state)
{
	(void)state;
	for EACH_KIND (k)
		for (unsigned level = 0; level <= k->format->largest_leaf; level++)
			for (unsigned n = 0; n < COMBINATIONS; n++) {
				pool_reset(&pool);
				struct pt pt = pool_pt(&pool, k->format, level);
				assert_int_equal(pt_map(&pt, address_for(k, level), 3 * level_bytes(level),
			                                level_bytes(level), n % 16, n / 16, NULL),
			                         OK);
				expect_leaf(k, &pt, level, 3 * level_bytes(level), n);
			}
}

/* Nothing of what a leaf was before is left in it. */
static void every_combination_can_become_every_other(void **state)
{
	(void)state;
	for EACH_KIND (k)
		for (unsigned level = 0; level <= k->format->largest_leaf; level++) {
			pool_reset(&pool);
			struct pt pt = pool_pt(&pool, k->format, level);
			vaddr va = address_for(k, level);
			assert_int_equal(pt_map(&pt, va, 0, level_bytes(level), 0, PT_NORMAL, NULL), OK);
			for (unsigned n = 0; n < COMBINATIONS * COMBINATIONS; n++) {
				unsigned before = n / COMBINATIONS, after = n % COMBINATIONS;
				assert_int_equal(pt_protect(&pt, va, level_bytes(level), before % 16, before / 16,
				                            NULL),
			                         OK);
				expect_leaf(k, &pt, level, 0, before);
				assert_int_equal(pt_protect(&pt, va, level_bytes(level), after % 16, after / 16, NULL),
			                         OK);
				expect_leaf(k, &pt, level, 0, after);
			}
		}
}

/* A leaf that is split says the same in its pieces, down to the smallest. */
static void every_combination_survives_splitting(void **state)
{
	(void)state;
	for EACH_KIND (k)
		for (unsigned level = 1; level <= k->format->largest_leaf; level++)
			for (unsigned n = 0; n < COMBINATIONS; n++) {
				pool_reset(&pool);
				struct pt pt = pool_pt(&pool, k->format, level);
				vaddr va = address_for(k, level);
				assert_int_equal(pt_map(&pt, va, 0, level_bytes(level), n % 16, n / 16, NULL), OK);
				assert_int_equal(pt_unmap(&pt, va + PAGE_BYTES, PAGE_BYTES, NULL), OK);
				struct walk got;
				const struct walker walker = {
					.mode = k->mode, .root = pt.root, .upper_root = pt.root,
					.pat_or_mair = k->pat_or_mair, .read = pool_read, .context = &pool,
				};
				for (uint64_t at = 0; at < level_bytes(level); at = at ? at * 512 : 2 * PAGE_BYTES) {
					walk(&walker, va + at, &got);
					assert_true(pool_page_is(k->mode, &got, at, n % 16, n / 16));
				}
				walk(&walker, va + PAGE_BYTES, &got);
				assert_false(got.mapped);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination_at_every_level_is_read_as_it_was_asked_for),
		cmocka_unit_test(every_combination_can_become_every_other),
		cmocka_unit_test(every_combination_survives_splitting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
