/* pith's judge on records that are right, and on records that are wrong in one place: what a boot cannot show, for a
 * loader breaks few promises, and each in one way. What reads the processor itself is for QEMU: tests/broken/.
 * Here the score, and all promises at once; chapter by chapter: contract_NAME_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contract_world.h"
#include "contract/utf8.h"

/* ---- Text ------------------------------------------------------------------------------------------------- */

static void utf8_is_as_unicode_has_it(void **state)
{
	static const char *const good[] = {
		"a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xe1\x80\x80", "\xf1\x80\x80\x80", "a\xc3\xa9z",
	};
	static const char *const bad[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xe1\x80", "\xe1\x80\xc0", "\xe1\x80\x7f", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf1\x80\x80", "\xf1\x80\x80\x7f", "\xff", "a\xc3",
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(good); i++)
		assert_true(utf8_valid(good[i], strlen(good[i])));
	for (unsigned i = 0; i < COUNT_OF(bad); i++)
		if (utf8_valid(bad[i], strlen(bad[i])))
			fail_msg("bad[%u]", i);
	assert_true(utf8_valid("", 0));
	assert_false(utf8_valid("a\0b", 3));
	assert_false(utf8_valid("\xc3\xa9", 1)); /* what follows the end is not read */
}

/* ---- All of it -------------------------------------------------------------------------------------------- */

static void a_record_that_is_right_keeps_every_promise(void **state)
{
	(void)state;
	for (unsigned number = 1; number < 120; number++) {
		make();
		if ((number <= 26 || (number >= 55 && number <= 63) || number == 117))
			judged(number, HOLDS, "all as it should be");
	}
	for (unsigned number = 111; number <= 114; number++) {
		make();
		judged(number, NOT_APPLICABLE, "nobody waits");
		make_released();
		judged(number, HOLDS, "all as it should be");
	}
	make();
	judged(109, NOT_APPLICABLE, "nobody waits");
	make_parked();
	judged(109, HOLDS, "all as it should be");
	judged(61, HOLDS, "those that were asked for");
	says(109, "1 parked, 1 silent");
}

static void the_score_counts_what_holds(void **state)
{
	(void)state;
	make();
	verdict_of[2] = NOT_APPLICABLE;
	struct score all = contract_check(boot, false);
	assert_true(all.trusted);
	assert_int_equal(all.held, all.applicable);
	assert_int_equal(all.held, 5 + 10 + 12 + 4 + 4 + 1 + 2); /* of the processors': without those that wait */
	assert_non_null(strstr(world.printed,
	                       "P10 ok   counter_hz is what the processor says, or 0: counter_hz = 0x3e8\n"));
	assert_non_null(strstr(world.printed, "P901 ok   the first\n"));
	assert_non_null(strstr(world.printed, "P903 n/a  the third: not here\n"));
	assert_null(strstr(world.printed, "FAIL"));

	make();
	verdict_of[1] = BROKEN;
	struct score less = contract_check(boot, true);
	assert_true(less.trusted);
	assert_int_equal(less.held + 1, less.applicable);
	assert_int_equal(less.applicable, all.applicable + 1);
	assert_string_equal(world.printed, "P902 FAIL the second: seen 2\n");
}

static void a_record_that_is_wrong_is_not_followed(void **state)
{
	(void)state;
	make();
	boot->magic++;
	struct score s = contract_check(boot, true);
	assert_false(s.trusted);
	assert_int_equal(s.held, 4);
	assert_int_equal(s.applicable, 5);
	assert_non_null(strstr(world.printed,
	                       "P1 FAIL the record is a Hobnail record for this processor: magic: got 0x"));
	assert_non_null(strstr(world.printed,
	                       "pith: the record cannot be trusted: nothing that it refers to is read\n"));
	make();
	boot->memory_map.offset = boot->bytes;
	s = contract_check(boot, true);
	assert_false(s.trusted);
	assert_int_equal(s.applicable, 4);
	assert_int_equal(s.held, 3);
}

static void the_first_promise_that_a_processor_finds_broken_is_named(void **state)
{
	struct finding f;

	(void)state;
	make();
	assert_null(contract_check_processor(boot, &f));
	verdict_of[1] = BROKEN;
	assert_int_equal(contract_check_processor(boot, &f)->number, 902);
	assert_string_equal(f.text, "seen 2");
	verdict_of[0] = BROKEN;
	assert_int_equal(contract_check_processor(boot, &f)->number, 901);
	verdict_of[0] = verdict_of[1] = verdict_of[2] = NOT_APPLICABLE;
	assert_null(contract_check_processor(boot, &f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_as_unicode_has_it),
		cmocka_unit_test(a_record_that_is_right_keeps_every_promise),
		cmocka_unit_test(the_score_counts_what_holds),
		cmocka_unit_test(a_record_that_is_wrong_is_not_followed),
		cmocka_unit_test(the_first_promise_that_a_processor_finds_broken_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
