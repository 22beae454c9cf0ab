#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"

static char bytes[4096];
static size_t used;

/* ---- Making one: cpio(5), "New ASCII Format"
 * --------------------------------------------------------------------- */

static void pad(void)
{
	while (used % 4)
		bytes[used++] = 0;
}

static void entry(unsigned mode, const char *name, const char *data)
{
	used += (size_t)sprintf(bytes + used, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 1u, mode,
	                        0u, 0u, 1u, 0u, (unsigned)strlen(data), 0u, 0u, 0u, 0u, (unsigned)strlen(name) + 1, 0u);
	memcpy(bytes + used, name, strlen(name) + 1);
	used += strlen(name) + 1;
	pad();
	memcpy(bytes + used, data, strlen(data));
	used += strlen(data);
	pad();
}

enum { FILE_MODE = 0100644, FOLDER_MODE = 040755, LINK_MODE = 0120777 };

static void make(void)
{
	used = 0;
	memset(bytes, 0, sizeof bytes);
	entry(FOLDER_MODE, "bin", "");
	entry(FILE_MODE, "bin/init", "first");
	entry(LINK_MODE, "bin/link", "bin/init");
	entry(FILE_MODE, "empty", "");
	entry(FILE_MODE, "etc/motd", "hello, world");
	entry(0, "TRAILER!!!", "");
}

/* In memory of just its size. */
static const char *check(size_t count, uint64_t *offset)
{
	uint8_t *copy = malloc(count + !count);
	struct archive a = { copy, count };

	memcpy(copy, bytes, count);
	const char *why = archive_check(&a, offset);
	free(copy);
	return why;
}

static void is_refused(const char *word, uint64_t offset)
{
	uint64_t at;
	const char *why = check(used, &at);

	assert_non_null(why);
	assert_non_null(strstr(why, word));
	assert_int_equal(at, offset);
}

/* ---- Tests
 * ------------------------------------------------------------------------------------------------------- */

static void files_are_listed_and_found(void **state)
{
	static const char *const files[][2] = { { "bin/init", "first" }, { "empty", "" },
	                                        { "etc/motd", "hello, world" } };
	struct archive_file f;
	uint64_t offset;

	(void)state;
	make();
	struct archive a = { (uint8_t *)bytes, used };
	assert_null(archive_check(&a, &offset));
	for (unsigned i = 0; i < COUNT_OF(files); i++) {
		for (unsigned way = 0; way < 2; way++) {
			assert_true(way ? archive_find(&a, files[i][0], strlen(files[i][0]), &f)
			                : archive_file(&a, i, &f));
			assert_string_equal(f.name, files[i][0]);
			assert_int_equal(f.name_bytes, strlen(files[i][0]));
			assert_int_equal(f.bytes, strlen(files[i][1]));
			assert_memory_equal(f.data, files[i][1], f.bytes);
		}
	}
	assert_false(archive_file(&a, COUNT_OF(files), &f));
	assert_false(archive_file(&a, UINT64_MAX, &f));
	static const char *const others[] = { "bin", "bin/link", "bin/ini", "bin/init ", "", "TRAILER!!!" };
	for (unsigned i = 0; i < COUNT_OF(others); i++)
		assert_false(archive_find(&a, others[i], strlen(others[i]), &f));
}

/* Archives may lie one behind the other; the first one's files are the archive's. */
static void what_follows_the_last_entry_is_no_file(void **state)
{
	struct archive_file f;
	uint64_t offset;

	(void)state;
	make();
	entry(FILE_MODE, "behind", "second");
	entry(0, "TRAILER!!!", "");
	struct archive a = { (uint8_t *)bytes, used };
	assert_null(archive_check(&a, &offset));
	assert_true(archive_file(&a, 2, &f));
	assert_false(archive_file(&a, 3, &f));
	assert_false(archive_find(&a, "behind", 6, &f));
}

static void what_is_cut_off_is_refused(void **state)
{
	uint64_t offset;

	(void)state;
	make();
	assert_null(check(used, &offset));
	/* The padding behind the last entry may be missing. */
	for (size_t count = 0; count < used - 3; count++)
		assert_non_null(check(count, &offset));
}

/* cpio writes small letters, others do not. */
static void numbers_may_have_letters_of_either_case(void **state)
{
	static const unsigned sizes[] = { 0xab, 0xcd, 0xef };
	uint64_t offset;

	(void)state;
	for (unsigned large = 0; large < 2; large++) {
		used = 0;
		memset(bytes, 0, sizeof bytes);
		for (unsigned i = 0; i < 3; i++) {
			char data[256] = "";
			size_t at = used;
			memset(data, 'z', sizes[i]);
			entry(FILE_MODE, "x", data);
			for (unsigned k = 6; large && k < 110; k++)
				if (bytes[at + k] >= 'a')
					bytes[at + k] = (char)(bytes[at + k] - 'a' + 'A');
		}
		entry(0, "TRAILER!!!", "");
		assert_null(check(used, &offset));
	}
}

static void broken_entries_are_refused(void **state)
{
	enum { SECOND = 116, MODE = 14, FILE_BYTES = 54, NAME_BYTES = 94 }; /* 110 + "bin" and its NUL, padded to 4 */

	(void)state;
	make();
	bytes[0] = '1';
	is_refused("newc", 0);
	make();
	memcpy(bytes + SECOND, "070702", 6); /* with checksums: not what kernels begin with */
	is_refused("newc", SECOND);
	make();
	bytes[SECOND + MODE] = 'g';
	is_refused("hexadecimal", SECOND);
	make();
	bytes[SECOND + FILE_BYTES + 7] = ' ';
	is_refused("hexadecimal", SECOND);
	make();
	memcpy(bytes + SECOND + FILE_BYTES, "ffffffff", 8);
	is_refused("end within", SECOND);
	make();
	memcpy(bytes + SECOND + NAME_BYTES, "ffffffff", 8);
	is_refused("end within", SECOND);
	make();
	memcpy(bytes + SECOND + NAME_BYTES, "00000000", 8);
	is_refused("end within", SECOND);
	make();
	bytes[SECOND + NAME_BYTES + 7] = 'a'; /* 10, not 9: the NUL is not the last */
	is_refused("name", SECOND);
	make();
	bytes[SECOND + 110 + 3] = 0;
	is_refused("name", SECOND);
}

static void a_damaged_byte_does_no_harm(void **state)
{
	struct archive_file f;
	uint64_t offset;

	(void)state;
	make();
	for (size_t at = 0; at < used; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			bytes[at] ^= (char)(1 << bit);
			struct archive a = { (uint8_t *)bytes, used };
			if (!archive_check(&a, &offset))
				for (uint64_t i = 0; archive_file(&a, i, &f); i++)
					assert_true(range_within((uint64_t)(f.data - a.at), f.bytes, used));
			bytes[at] ^= (char)(1 << bit);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_listed_and_found),
		cmocka_unit_test(what_follows_the_last_entry_is_no_file),
		cmocka_unit_test(what_is_cut_off_is_refused),
		cmocka_unit_test(numbers_may_have_letters_of_either_case),
		cmocka_unit_test(broken_entries_are_refused),
		cmocka_unit_test(a_damaged_byte_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
