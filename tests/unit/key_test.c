#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "key.h"

static void key_of_knows_the_scan_codes_of_uefi(void **state)
{
	static const struct { uint16_t scan; uint32_t key; } codes[] = {
		{ 0x00, KEY_NONE }, { 0x01, KEY_UP }, { 0x02, KEY_DOWN }, { 0x03, KEY_RIGHT }, { 0x04, KEY_LEFT },
		{ 0x05, KEY_HOME }, { 0x06, KEY_END }, { 0x07, KEY_OTHER }, { 0x08, KEY_DELETE },
		{ 0x09, KEY_PAGE_UP }, { 0x0a, KEY_PAGE_DOWN }, { 0x0b, KEY_OTHER }, { 0x17, KEY_ESCAPE },
		{ 0x18, KEY_OTHER }, { 0xffff, KEY_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		assert_int_equal(key_of(codes[i].scan, 0, false), codes[i].key);
}

static void key_of_takes_characters_as_they_are(void **state)
{
	(void)state;
	assert_int_equal(key_of(0, 'a', false), 'a');
	assert_int_equal(key_of(0, 0x20ac, false), 0x20ac);
	assert_int_equal(key_of(0, 8, false), KEY_BACKSPACE);
	assert_int_equal(key_of(0, '\r', false), KEY_RETURN);
	assert_int_equal(key_of(0, '\n', false), KEY_RETURN);
	assert_int_equal(key_of(0, 0x1b, false), KEY_ESCAPE);
	assert_int_equal(key_of(0, 0xd800, false), KEY_OTHER);
	assert_int_equal(key_of(0, 0xdfff, true), KEY_OTHER);
	assert_int_equal(key_of(0, 0xe000, false), 0xe000);
}

/* Terminals send the control character; a keyboard's protocol may give letter and shift state. */
static void key_of_makes_control_characters_of_letters(void **state)
{
	(void)state;
	assert_int_equal(key_of(0, 'k', true), KEY_CONTROL('K'));
	assert_int_equal(key_of(0, 'K', true), KEY_CONTROL('K'));
	assert_int_equal(key_of(0, 11, true), KEY_CONTROL('K'));
	assert_int_equal(key_of(0, 11, false), KEY_CONTROL('K'));
	assert_int_equal(key_of(0, '1', true), '1');
	assert_int_equal(key_of(0, '{', true), '{');
	assert_int_equal(key_of(0, '@', true), '@');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_of_knows_the_scan_codes_of_uefi),
		cmocka_unit_test(key_of_takes_characters_as_they_are),
		cmocka_unit_test(key_of_makes_control_characters_of_letters),
	};

	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
