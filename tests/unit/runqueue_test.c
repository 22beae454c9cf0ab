#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runqueue.h"

enum { MOST = 8 };

static struct runnable r[MOST];
static struct runqueue q;

/* The queue is the numbered ones of `order`, in this order. */
static void holds(const char *order)
{
	const struct runnable *at = q.first, *last = NULL;

	unsigned free = 0;
	for (const char *c = order; *c; c++)
		free += r[*c - '0'].pinned == PINNED_NOWHERE;
	assert_int_equal(q.free, free);
	assert_int_equal(q.count, strlen(order));
	for (; *order; order++, last = at, at = at->next)
		assert_ptr_equal(at, &r[*order - '0']);
	assert_null(at);
	assert_ptr_equal(q.last, last);
}

/* 0 to n - 1, of which those in `pinned` are. */
static void fill(unsigned n, const char *pinned)
{
	memset(&q, 0, sizeof q);
	for (unsigned i = 0; i < n; i++) {
		r[i] = (struct runnable){ .next = &r[0],
		                          .pinned = strchr(pinned, (int)('0' + i)) ? 1 : PINNED_NOWHERE };
		runqueue_add(&q, &r[i]);
	}
}

static void first_in_first_out(void **state)
{
	(void)state;
	fill(3, "");
	holds("012");
	assert_ptr_equal(runqueue_take(&q), &r[0]);
	assert_null(r[0].next);
	runqueue_add(&q, &r[0]);
	holds("120");
	runqueue_take(&q), runqueue_take(&q);
	holds("0");
	assert_ptr_equal(runqueue_take(&q), &r[0]);
	holds("");
	assert_null(runqueue_take(&q));
	runqueue_add(&q, &r[2]);
	holds("2");
}

static void what_is_pinned_is_not_stolen(void **state)
{
	(void)state;
	fill(4, "013");
	assert_ptr_equal(runqueue_steal(&q), &r[2]);
	holds("013");
	assert_null(runqueue_steal(&q));
	holds("013");
	fill(3, "01");
	assert_ptr_equal(runqueue_steal(&q), &r[2]); /* the last */
	holds("01");
	runqueue_add(&q, &r[2]);
	holds("012");
	fill(2, "1");
	assert_ptr_equal(runqueue_steal(&q), &r[0]);
	holds("1");
}

/* Every place of every length. */
static void any_can_be_removed(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= MOST; n++)
		for (unsigned i = 0; i < n; i++) {
			char rest[MOST + 1] = "";
			fill(n, "");
			assert_true(runqueue_remove(&q, &r[i]));
			for (unsigned k = 0, used = 0; k < n; k++)
				if (k != i)
					rest[used++] = (char)('0' + k);
			holds(rest);
			assert_false(runqueue_remove(&q, &r[i]));
			holds(rest);
			runqueue_add(&q, &r[i]);
			assert_ptr_equal(q.last, &r[i]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(what_is_pinned_is_not_stolen),
		cmocka_unit_test(any_can_be_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
