#include "../../cli/run/warm_hear.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "words.h"

static char heard[1000];

static void take_output(void *context, const char *bytes, size_t count)
{
	(void)context;
	strncat(heard, bytes, count);
}

static void take_answer(void *context, const char *text)
{
	(void)context;
	(void)text;
}

/* What is passed on of this text, given in pieces of so many bytes, and the stage afterwards. */
static enum warm_stage hear(enum warm_stage from, const char *text, size_t piece, bool is_end)
{
	struct warm_hearing h = { .to = { take_output, take_answer, NULL, NULL }, .stage = from };
	struct guest_ears ears = warm_ears(&h);

	heard[0] = '\0';
	for (size_t at = 0; at < strlen(text); at += piece) {
		size_t rest = strlen(text) - at;
		ears.output(ears.context, text + at, rest < piece ? rest : piece);
	}
	if (is_end)
		warm_hear_end(&h);
	free(h.held.at);
	return h.stage;
}

static void words_are_taken_out_however_they_come(void **state)
{
	static const char all[] = "firmware\r\n" WARM_READY "ignored" WARM_STARTS "kernel\r\n" WARM_READY;

	(void)state;
	for (size_t piece = 1; piece < sizeof(all); piece++) {
		assert_int_equal(hear(WARM_BOOTS, all, piece, false), WARM_STARTED);
		assert_string_equal(heard, "firmware\r\nkernel\r\n" WARM_READY);
	}
}

static void a_resumed_machine_says_nothing_before_the_loader(void **state)
{
	(void)state;
	assert_int_equal(hear(WARM_READY_SAID, "left over\r\n" WARM_STARTS "kernel", 3, false), WARM_STARTED);
	assert_string_equal(heard, "kernel");
	assert_int_equal(hear(WARM_READY_SAID, "left over", 3, false), WARM_READY_SAID);
	assert_string_equal(heard, "");
}

static void other_text_is_passed_on(void **state)
{
	(void)state;
	assert_int_equal(hear(WARM_BOOTS, "a \001hobnail: is not it\nBdsDxe: x", 1, false), WARM_BOOTS);
	assert_string_equal(heard, "a \001hobnail: is not it\nBdsDxe: x");
	/* What may be a beginning is held back, and given at the end. */
	assert_int_equal(hear(WARM_BOOTS, "a \001hobnail: the", 4, false), WARM_BOOTS);
	assert_string_equal(heard, "a ");
	hear(WARM_BOOTS, "a \001hobnail: the", 4, true);
	assert_string_equal(heard, "a \001hobnail: the");
}

static void firmware_that_boots_by_itself_is_let_go(void **state)
{
	static const char all[] = "x\r\nBdsDxe: loading Boot0001 \"disk\"\r\n" WARM_READY "kernel";

	(void)state;
	for (size_t piece = 1; piece < sizeof(all); piece++) {
		assert_int_equal(hear(WARM_BOOTS, all, piece, false), WARM_NEVER);
		assert_string_equal(heard, all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_taken_out_however_they_come),
		cmocka_unit_test(a_resumed_machine_says_nothing_before_the_loader),
		cmocka_unit_test(other_text_is_passed_on),
		cmocka_unit_test(firmware_that_boots_by_itself_is_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
