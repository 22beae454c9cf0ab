/* The machine out of the loader's log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/record.h"

static void feed(struct record *r, const char *text)
{
	record_feed(r, text, strlen(text));
}

static void lines_of_the_machine_are_kept(void **state)
{
	struct record r = { .line_bytes = 0 };

	(void)state;
	feed(&r, "BdsDxe: starting\nmachine: arch = 1\nmach");
	feed(&r, "ine: memory = 0x0 0x1000 0xf 14\nsegment 0: machine: no\n machine: no\nmachine: processors = 1");
	assert_string_equal(r.lines.at, "arch = 1\nmemory = 0x0 0x1000 0xf 14\n");
	feed(&r, "\n");
	assert_string_equal(r.lines.at, "arch = 1\nmemory = 0x0 0x1000 0xf 14\nprocessors = 1\n");
	free(r.lines.at);
}

static void a_second_start_begins_anew(void **state)
{
	struct record r = { .line_bytes = 0 };

	(void)state;
	feed(&r, "machine: arch = 1\nmachine: image = 0x1000\nmachine: arch = 2\nmachine: image = 0x2000\n");
	assert_int_equal(r.lines.bytes, strlen("arch = 2\nimage = 0x2000\n"));
	assert_memory_equal(r.lines.at, "arch = 2\nimage = 0x2000\n", r.lines.bytes);
	free(r.lines.at);
}

static void a_line_without_end_does_no_harm(void **state)
{
	struct record r = { .line_bytes = 0 };

	(void)state;
	feed(&r, "machine: arch = 1\nmachine: ");
	for (unsigned i = 0; i < 100000; i++)
		feed(&r, "x");
	feed(&r, "\nmachine: image = 0x1000\n");
	assert_string_equal(r.lines.at, "arch = 1\nimage = 0x1000\n");
	free(r.lines.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_the_machine_are_kept),
		cmocka_unit_test(a_second_start_begins_anew),
		cmocka_unit_test(a_line_without_end_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
