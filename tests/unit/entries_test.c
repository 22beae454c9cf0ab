#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "entries.h"

static void entries_are_found_by_id_and_not_by_title(void **state)
{
	static struct entries list;
	unsigned index = 77;

	(void)state;
	assert_false(entries_find(&list, text_of("a"), &index));
	assert_true(entries_add(&list, (struct entry){ .title = text_of("b"), .id = text_of("a"), .number = 5 }));
	assert_true(entries_add(&list, (struct entry){ .title = text_of("a"), .id = text_of("b"),
	                                               .source = ENTRY_DEFAULT }));
	assert_false(entries_find(&list, text_of("ab"), &index));
	assert_int_equal(index, 77);
	assert_true(entries_find(&list, text_of("b"), &index));
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
		assert_true(entries_add(&list, (struct entry){ .id = text_of(names[i]) }));
	}
	assert_false(entries_add(&list, (struct entry){ .id = text_of("more") }));
	assert_int_equal(list.count, ENTRIES_MAX);
	assert_false(entries_find(&list, text_of("more"), &index));
	assert_true(entries_find(&list, text_of("127"), &index));
	assert_int_equal(index, ENTRIES_MAX - 1);
}

static void a_configuration_says_which_is_preferred(void **state)
{
	struct config_list from = { .names = { text_of("a"), text_of("b") }, .count = 2 };
	struct entries list = { .count = 0 };

	(void)state;
	entries_add_configured(&list, &from);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.preferred, 0);
	from.preferred = text_of("b");
	list.count = 0;
	entries_add_configured(&list, &from);
	assert_int_equal(list.preferred, 1);
	assert_int_equal(list.at[1].source, ENTRY_CONFIGURED);
	assert_int_equal(list.at[1].number, 1);
	assert_true(text_is(list.at[1].id, "b") && text_is(list.at[1].title, "b"));
}

static void without_a_configuration_there_is_one_with_its_files(void **state)
{
	struct entries list = { .count = 0 };
	struct config_entry entry;
	struct config_list none;

	(void)state;
	config_none(&none);
	assert_int_equal(none.count, 0);
	assert_int_equal(none.timeout, CONFIG_TIMEOUT);
	assert_true(none.boot_entries && !none.remember && !none.no_editor);
	entries_add_default(&list);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.at[0].source, ENTRY_DEFAULT);
	entry_default(&entry);
	assert_true(text_same(list.at[0].id, entry.name) && text_same(list.at[0].title, entry.kernel));
	assert_int_equal(entry.module_count, 0);
	assert_true(entry_default_has(text_of("a.b")));
	assert_false(entry_default_has(text_of(".a")));
}

static void modules_have_the_order_of_their_paths(void **state)
{
	static char names[CONFIG_MAX_MODULES][4];
	struct config_entry entry = { .module_count = 0 };
	struct problem p;

	(void)state;
	for (unsigned i = 0; i < CONFIG_MAX_MODULES; i++) {
		snprintf(names[i], sizeof names[i], "%u", i * 37 % CONFIG_MAX_MODULES);
		assert_int_equal(entry_add_module(&entry, text_of(names[i]), &p), OK);
	}
	for (unsigned i = 1; i < CONFIG_MAX_MODULES; i++)
		assert_true(text_order(entry.modules[i - 1].path, entry.modules[i].path) < 0);
	assert_int_equal(entry_add_module(&entry, text_of("x"), &p), ERR_TOO_MANY_MODULES);
	assert_int_equal(p.value[0], CONFIG_MAX_MODULES);
	assert_int_equal(entry.module_count, CONFIG_MAX_MODULES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_found_by_id_and_not_by_title),
		cmocka_unit_test(entries_end_where_the_list_is_full),
		cmocka_unit_test(a_configuration_says_which_is_preferred),
		cmocka_unit_test(without_a_configuration_there_is_one_with_its_files),
		cmocka_unit_test(modules_have_the_order_of_their_paths),
	};

	return cmocka_run_group_tests_name("entries", tests, NULL, NULL);
}
