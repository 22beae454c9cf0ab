#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "err.h"
#include "say.h"
#include "texts.h"

/* The list once more, as this test sees it. */
static const char *const all[] = {
#define S(name, text) text,
#include "say.def"
#undef S
};

static void say_has_every_text_of_the_list(void **state)
{
	char text[256];

	(void)state;
	assert_int_equal(COUNT_OF(all), SAY_COUNT);
	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		texts_read(TEXTS_PER_CODE * ERR_COUNT + i, text, sizeof text);
		assert_string_equal(text, all[i]);
		assert_true(strlen(text) < 128); /* all of it, in say_any() */
	}
	assert_int_equal(texts_read(TEXTS_PER_CODE * ERR_COUNT + SAY_COUNT, text, sizeof text), 0);
}

static void say_puts_its_arguments_in(void **state)
{
	char text[40];

	(void)state;
	assert_int_equal(say(text, sizeof text, SAY_IN_DIRECT_MAP, 0x1234ull), 29);
	assert_string_equal(text, ", in the direct map at 0x1234");
	assert_int_equal(say(text, sizeof text, SAY_CROWDED), 25);
	assert_string_equal(text, "touches what is before it");
	assert_int_equal(say_any(text, sizeof text, SAY_NOTHING), 0);
	assert_string_equal(text, "");
}

static void say_is_cut_to_size(void **state)
{
	char text[8];

	(void)state;
	assert_int_equal(say(text, sizeof text, SAY_MODULE, 12345u), 7);
	assert_string_equal(text, "module ");
	assert_int_equal(say(text, 0, SAY_MODULE, 1u), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(say_has_every_text_of_the_list),
		cmocka_unit_test(say_puts_its_arguments_in),
		cmocka_unit_test(say_is_cut_to_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
