#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"

enum { UNITS = 24, HOLES = 4 };

static bool left[UNITS]; /* what visit() was called for */
static uint64_t last;

static void visit(paddr base, uint64_t bytes)
{
	assert_true(bytes > 0);
	assert_true(base >= last); /* ascending */
	last = base + bytes;
	assert_true(last <= UNITS);
	for (paddr at = base; at < last; at++)
		left[at] = true;
}

/* Any holes, overlapping or empty or outside, in any order. */
static void holes_are_left_out(void **state)
{
	struct span holes[HOLES];

	(void)state;
	srand(1);
	for (unsigned n = 0; n < 100000; n++) {
		paddr base = (paddr)rand() % UNITS;
		uint64_t bytes = (uint64_t)rand() % (UNITS - base + 1);
		for (unsigned i = 0; i < HOLES; i++) {
			holes[i].base = (uint64_t)rand() % UNITS;
			holes[i].bytes = (uint64_t)rand() % (UNITS - holes[i].base + 1) / (1 + (unsigned)rand() % 4);
		}
		memset(left, 0, sizeof left);
		last = 0;
		memory_without(holes, HOLES, base, bytes, visit);
		for (paddr at = 0; at < UNITS; at++) {
			bool wanted = at >= base && at < base + bytes;
			for (unsigned i = 0; i < HOLES; i++)
				wanted = wanted && !(at >= holes[i].base && at < holes[i].base + holes[i].bytes);
			assert_int_equal(left[at], wanted);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holes_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
