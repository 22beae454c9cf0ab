#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "entries.h"

static struct text of(const char *literal)
{
	return (struct text){ literal, strlen(literal) };
}

static void entries_are_found_by_id_and_not_by_title(void **state)
{
	static struct entries list;
	unsigned index = 77;

	(void)state;
	assert_false(entries_find(&list, of("a"), &index));
	assert_true(entries_add(&list, (struct entry){ .title = of("b"), .id = of("a"), .number = 5 }));
	assert_true(entries_add(&list, (struct entry){ .title = of("a"), .id = of("b"), .source = ENTRY_DEFAULT }));
	assert_false(entries_find(&list, of("ab"), &index));
	assert_int_equal(index, 77);
	assert_true(entries_find(&list, of("b"), &index));
	assert_int_equal(index, 1);
	assert_int_equal(list.at[1].source, ENTRY_DEFAULT);
	assert_int_equal(list.at[0].number, 5);
}

static void entries_end_where_the_list_is_full(void **state)
{
	static struct entries list;
	static char names[ENTRIES_MAX][8];
	unsigned index;

	(void)state;
	for (unsigned i = 0; i < ENTRIES_MAX; i++) {
		snprintf(names[i], sizeof names[i], "%u", i);
		assert_true(entries_add(&list, (struct entry){ .id = of(names[i]) }));
	}
	assert_false(entries_add(&list, (struct entry){ .id = of("more") }));
	assert_int_equal(list.count, ENTRIES_MAX);
	assert_false(entries_find(&list, of("more"), &index));
	assert_true(entries_find(&list, of("127"), &index));
	assert_int_equal(index, ENTRIES_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_found_by_id_and_not_by_title),
		cmocka_unit_test(entries_end_where_the_list_is_full),
	};

	return cmocka_run_group_tests_name("entries", tests, NULL, NULL);
}
