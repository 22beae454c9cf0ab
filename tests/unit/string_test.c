#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* lib/string.c under other names beside libc's. -fno-builtin holds for the freestanding build only: here the
 * compiler may know the standard names, but not these. */
#define memcpy lib_memcpy
#define memmove lib_memmove
#define memset lib_memset
#define memcmp lib_memcmp
#define memchr lib_memchr
#define strlen lib_strlen
#define strcmp lib_strcmp
#define strncmp lib_strncmp
#include "../../lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strcmp
#undef strncmp

enum { ROOM = 256 };

static uint8_t ours[ROOM], libc[ROOM], origin[ROOM];

static void refill(void)
{
	for (unsigned i = 0; i < ROOM; i++)
		origin[i] = (uint8_t)(i * 37 + 11);
	memcpy(ours, origin, ROOM);
	memcpy(libc, origin, ROOM);
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

/* Every alignment of source and destination, every overlap, up and down, every length around the unrolled steps. */
static void memmove_agrees_with_libc(void **state)
{
	(void)state;
	for (size_t from = 32; from < 48; from++)
		for (size_t to = 0; to < 96; to++)
			for (size_t n = 0; n <= 150; n += n < 20 ? 1 : 7) {
				refill();
				void *result = lib_memmove(ours + to, ours + from, n);
				memmove(libc + to, libc + from, n);
				if (result != ours + to || memcmp(ours, libc, ROOM) != 0)
					fail_msg("to %zu from %zu, %zu bytes", to, from, n);
			}
}

static void memcpy_agrees_with_libc(void **state)
{
	(void)state;
	for (size_t from = 0; from < 9; from++)
		for (size_t to = 0; to < 9; to++)
			for (size_t n = 0; n <= 200; n++) {
				refill();
				void *result = lib_memcpy(ours + to, origin + from, n);
				memcpy(libc + to, origin + from, n);
				if (result != ours + to || memcmp(ours, libc, ROOM) != 0)
					fail_msg("to %zu from %zu, %zu bytes", to, from, n);
			}
}

static void memset_agrees_with_libc(void **state)
{
	static const int bytes[] = { 0, 1, 0x80, 0xff, 0x1234, -1 };

	(void)state;
	for (size_t b = 0; b < sizeof bytes / sizeof *bytes; b++)
		for (size_t to = 0; to < 17; to++)
			for (size_t n = 0; n <= 200; n++) {
				refill();
				void *result = lib_memset(ours + to, bytes[b], n);
				memset(libc + to, bytes[b], n);
				if (result != ours + to || memcmp(ours, libc, ROOM) != 0)
					fail_msg("to %zu, %zu bytes of %d", to, n, bytes[b]);
			}
}

/* A block of exactly n bytes: ASan sees one byte too many, read or written. */
static void copies_stay_inside_their_buffers(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 200; n++) {
		uint8_t *a = malloc(n), *b = malloc(n);
		assert_non_null(a);
		assert_non_null(b);
		for (size_t skip = 0; skip < 9 && skip < n; skip++) {
			lib_memset(a + skip, (int)n, n - skip);
			lib_memcpy(b + skip, a + skip, n - skip);
			lib_memmove(b, b + skip, n - skip);
			lib_memmove(b + skip, b, n - skip);
			assert_int_equal(lib_memcmp(a + skip, b + skip, n - skip), 0);
			assert_null(lib_memchr(a + skip, (int)n + 1, n - skip));
		}
		free(a);
		free(b);
	}
}

static void memcmp_agrees_with_libc(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	uint8_t a[20] = { 0 }, b[20] = { 0 };

	(void)state;
	for (size_t at = 0; at < sizeof a; at++)
		for (size_t x = 0; x < sizeof values; x++)
			for (size_t y = 0; y < sizeof values; y++)
				for (size_t n = 0; n <= sizeof a; n++) {
					a[at] = values[x];
					b[at] = values[y];
					assert_int_equal(sign(lib_memcmp(a, b, n)), sign(memcmp(a, b, n)));
					a[at] = b[at] = 0;
				}
}

static void memchr_finds_the_first(void **state)
{
	static const char text[] = "abcabc\xff";

	(void)state;
	for (size_t n = 0; n <= sizeof text; n++) {
		assert_ptr_equal(lib_memchr(text, 'c', n), memchr(text, 'c', n));
		assert_ptr_equal(lib_memchr(text, 0xff, n), memchr(text, 0xff, n));
		assert_ptr_equal(lib_memchr(text, 'a' + 256, n), memchr(text, 'a' + 256, n));
		assert_ptr_equal(lib_memchr(text, 0, n), memchr(text, 0, n));
	}
}

static void strings_agree_with_libc(void **state)
{
	static const char *const texts[] = { "", "a", "b", "ab", "abc", "abd", "\x80", "\x7f", "abcdefghijklmnop",
	                                     "abcdefghijklmnoq" };
	enum { TEXTS = sizeof texts / sizeof *texts };

	(void)state;
	for (size_t i = 0; i < TEXTS; i++) {
		assert_int_equal(lib_strlen(texts[i]), strlen(texts[i]));
		for (size_t k = 0; k < TEXTS; k++) {
			assert_int_equal(sign(lib_strcmp(texts[i], texts[k])), sign(strcmp(texts[i], texts[k])));
			for (size_t n = 0; n < 20; n++)
				assert_int_equal(sign(lib_strncmp(texts[i], texts[k], n)),
				                 sign(strncmp(texts[i], texts[k], n)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memmove_agrees_with_libc),
		cmocka_unit_test(memcpy_agrees_with_libc),
		cmocka_unit_test(memset_agrees_with_libc),
		cmocka_unit_test(copies_stay_inside_their_buffers),
		cmocka_unit_test(memcmp_agrees_with_libc),
		cmocka_unit_test(memchr_finds_the_first),
		cmocka_unit_test(strings_agree_with_libc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
