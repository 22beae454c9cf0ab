/* Paths that can be on a FAT volume, and others, each refused at its character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "path.h"

static struct problem problem;

static enum err check(const char *path)
{
	size_t bytes = strlen(path);
	char *copy = malloc(bytes ? bytes : 1);

	assert_non_null(copy);
	memcpy(copy, path, bytes);
	enum err e = path_check((struct text){ copy, bytes }, &problem);
	free(copy);
	return e;
}

static void paths_that_can_be_are_taken(void **state)
{
	static const char *const paths[] = {
		"\\boot\\kernel.elf", "/boot//kernel.elf", "k", "\\", "\\boot\\", ".\\k", "..\\k", "\\a\\..\\b\\.",
		".hidden", "a b.c d", "..k",
		"\\boot\\two words.bin", "a'b`c~d!e@f#g$h%i^j&k(l)m-n_o{p}q+r,s;t=u[v]",
		"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		if (check(paths[i]))
			fail_msg("%s: %s", paths[i], err_name(problem.code));
}

static void paths_that_cannot_be_are_refused_where_it_shows(void **state)
{
	static const struct { const char *path; enum err code; unsigned character; } cases[] = {
		{ "fs0:\\boot\\k", ERR_PATH_CHARACTER, 4 }, { "C:\\k", ERR_PATH_CHARACTER, 2 },
		{ "a*", ERR_PATH_CHARACTER, 2 },
		{ "\\a<b", ERR_PATH_CHARACTER, 3 }, { "\\a>b", ERR_PATH_CHARACTER, 3 },
		{ "\\\xc3\xa4?", ERR_PATH_CHARACTER, 3 },
		{ "|", ERR_PATH_CHARACTER, 1 }, { "a\"b", ERR_PATH_CHARACTER, 2 }, { "a\tb", ERR_PATH_CHARACTER, 2 },
		{ "a\x7f", ERR_PATH_CHARACTER, 2 },
		{ "\\boot.\\k", ERR_PATH_END, 6 }, { "k.", ERR_PATH_END, 2 }, { "k ", ERR_PATH_END, 2 },
		{ "\\a \\k", ERR_PATH_END, 3 },
		{ "...", ERR_PATH_END, 3 }, { "\\ ", ERR_PATH_END, 2 }, { ".. ", ERR_PATH_END, 3 },
		{ "", ERR_PATH, CONFIG_MAX_PATH }, { "a\xff", ERR_PATH, CONFIG_MAX_PATH },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum err e = check(cases[i].path);
		if (e != cases[i].code || problem.code != e || problem.value[0] != cases[i].character)
			fail_msg("%s: %s at %u", cases[i].path, err_name(e), (unsigned)problem.value[0]);
	}
	assert_int_equal(check("a:b"), ERR_PATH_CHARACTER);
	assert_int_equal(problem.value[1], ':');
}

static void names_and_paths_have_a_greatest_length(void **state)
{
	char path[1200];

	(void)state;
	for (unsigned length = 254; length <= 257; length++) {
		snprintf(path, sizeof path, "\\a\\%0*d\\b", (int)length, 1);
		assert_int_equal(check(path), length <= 255 ? OK : ERR_PATH_NAME);
		assert_true(length <= 255 || problem.value[0] == 4);
		snprintf(path, sizeof path, "%0*d", (int)length, 1);
		assert_int_equal(check(path), length <= 255 ? OK : ERR_PATH_NAME);
		/* A character outside the basic plane has two units. */
		snprintf(path, sizeof path, "%0*d\xf0\x9f\x98\x80", (int)length - 2, 1);
		assert_int_equal(check(path), length <= 255 ? OK : ERR_PATH_NAME);
	}
	memset(path, '\\', sizeof path);
	for (unsigned length = 1023; length <= 1025; length++) {
		path[length] = 0;
		assert_int_equal(check(path), length <= 1024 ? OK : ERR_PATH);
		path[length] = '\\';
	}
}

static void a_path_has_a_directory(void **state)
{
	(void)state;
	assert_true(text_is(path_directory(text_of("\\boot/k")), "\\boot/"));
	assert_true(text_is(path_directory(text_of("a\\b\\")), "a\\b\\"));
	assert_true(text_is(path_directory(text_of("k")), "\\"));
	assert_true(text_is(path_directory(text_of("")), "\\"));
	assert_true(path_is_absolute(text_of("\\k")));
	assert_true(path_is_absolute(text_of("/k")));
	assert_false(path_is_absolute(text_of("k/k")));
	assert_false(path_is_absolute(text_of("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_that_can_be_are_taken),
		cmocka_unit_test(paths_that_cannot_be_are_refused_where_it_shows),
		cmocka_unit_test(names_and_paths_have_a_greatest_length),
		cmocka_unit_test(a_path_has_a_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
