#include "../../cli/run/warm_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../cli/cli.h"

/* The command's own is in cli/main.c. */
int complain(int status, const char *format, ...)
{
	(void)format;
	return status;
}

static void oldest_go_first(void **state)
{
	struct cache_file files[] = { { "b", 10, 300 }, { "a", 10, 100 }, { "c", 10, 200 } };

	(void)state;
	assert_int_equal(cache_surplus(files, 3, 30, 10), 0);
	assert_int_equal(cache_surplus(files, 3, 29, 10), 1);
	assert_string_equal(files[0].name, "a");
	assert_string_equal(files[1].name, "c");
	assert_string_equal(files[2].name, "b");
	assert_int_equal(cache_surplus(files, 3, 20, 10), 1);
	assert_int_equal(cache_surplus(files, 3, 19, 10), 2);
	assert_int_equal(cache_surplus(files, 3, 9, 10), 3);
}

static void number_of_files_is_bounded_too(void **state)
{
	struct cache_file files[] = { { "b", 0, 7 }, { "a", 0, 7 }, { "c", 0, 6 } };

	(void)state;
	assert_int_equal(cache_surplus(files, 3, 100, 3), 0);
	assert_int_equal(cache_surplus(files, 3, 100, 1), 2);
	assert_string_equal(files[0].name, "c");
	assert_string_equal(files[1].name, "a"); /* of the same age: by name, so that the choice is always the same */
	assert_int_equal(cache_surplus(files, 0, 0, 0), 0);
	assert_int_equal(cache_surplus(NULL, 0, 0, 0), 0);
}

static void folder_is_the_users_cache(void **state)
{
	(void)state;
	setenv("HOME", "/home/me", 1);
	unsetenv("XDG_CACHE_HOME");
	char *folder = cache_folder();
	assert_string_equal(folder, "/home/me/.cache/hobnail");
	free(folder);
	setenv("XDG_CACHE_HOME", "/fast", 1);
	folder = cache_folder();
	assert_string_equal(folder, "/fast/hobnail");
	free(folder);
	setenv("XDG_CACHE_HOME", "not/absolute", 1);
	folder = cache_folder();
	assert_string_equal(folder, "/home/me/.cache/hobnail");
	free(folder);
	unsetenv("HOME");
	assert_null(cache_folder());
}

static void missing_folders_are_made(void **state)
{
	char top[] = "/tmp/warm-cache-XXXXXX", folder[64];
	static const char *const made[] = { "/a/b/hobnail", "/a/b", "/a", "" };
	struct stat s;

	(void)state;
	assert_non_null(mkdtemp(top));
	strcat(strcpy(folder, top), made[0]);
	assert_true(cache_make(folder));
	assert_true(cache_make(folder));
	for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
		strcat(strcpy(folder, top), made[i]);
		assert_int_equal(stat(folder, &s), 0);
		assert_int_equal(s.st_mode & 0777, 0700);
		assert_int_equal(rmdir(folder), 0);
	}
	assert_false(cache_make("/dev/null/a/hobnail"));
}

/* Whoever waits for the lock of a file that became a state meanwhile must not write to it. */
static void lock_is_for_one_and_not_for_a_state(void **state)
{
	char folder[] = "/tmp/warm-cache-XXXXXX", new[64], complete[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	strcat(strcpy(new, folder), "/a.state.new");
	strcat(strcpy(complete, folder), "/a.state");
	int one = cache_lock(new);
	assert_true(one >= 0);
	assert_int_equal(cache_lock(new), -1);
	assert_int_equal(rename(new, complete), 0);
	int other = cache_lock(new);
	assert_true(other >= 0);
	close(one);
	close(other);
	unlink(new);
	unlink(complete);
	rmdir(folder);
	assert_int_equal(cache_lock(new), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oldest_go_first),
		cmocka_unit_test(number_of_files_is_bounded_too),
		cmocka_unit_test(folder_is_the_users_cache),
		cmocka_unit_test(missing_folders_are_made),
		cmocka_unit_test(lock_is_for_one_and_not_for_a_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
