#include "../../cli/json_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char text[512];

static struct json_out begin(void)
{
	memset(text, 0, sizeof text);
	return (struct json_out){ .stream = fmemopen(text, sizeof text - 1, "w") };
}

static void expect(const struct json_out *o, const char *wanted)
{
	assert_int_equal(o->depth, 0);
	fclose(o->stream);
	assert_string_equal(text, wanted);
}

static void json_out_puts_commas_between_members_alone(void **state)
{
	struct json_out o = begin();

	(void)state;
	json_out_begin(&o, NULL, '{');
	json_out_begin(&o, "empty", '[');
	json_out_end(&o, ']');
	json_out_begin(&o, "list", '[');
	json_out_number(&o, NULL, 1);
	json_out_begin(&o, NULL, '{');
	json_out_bool(&o, "yes", true);
	json_out_bool(&o, "no", false);
	json_out_end(&o, '}');
	json_out_end(&o, ']');
	json_out_null(&o, "nothing");
	json_out_end(&o, '}');
	expect(&o, "{\"empty\": [], \"list\": [1, {\"yes\": true, \"no\": false}], \"nothing\": null}");
}

static void json_out_keeps_large_numbers_exact(void **state)
{
	struct json_out o = begin();

	(void)state;
	json_out_begin(&o, NULL, '[');
	json_out_hex(&o, NULL, UINT64_MAX);
	json_out_hex(&o, NULL, 0);
	json_out_number(&o, NULL, (1ull << 53) - 1);
	json_out_end(&o, ']');
	expect(&o, "[\"0xffffffffffffffff\", \"0x0\", 9007199254740991]");
}

static void json_out_escapes_what_is_no_text(void **state)
{
	struct json_out o = begin();

	(void)state;
	json_out_begin(&o, NULL, '[');
	json_out_text(&o, NULL, "a \"b\" \\ \n\x01\x7f \xc3\xa9 \xf0\x9f\x91\xa2");
	json_out_text(&o, NULL, "\xff \xc3 \xed\xa0\x80");
	json_out_text(&o, NULL, "");
	json_out_text(&o, NULL, NULL);
	json_out_end(&o, ']');
	expect(&o, "[\"a \\\"b\\\" \\\\ \\u000a\\u0001\x7f \xc3\xa9 \xf0\x9f\x91\xa2\", "
	           "\"\\ufffd \\ufffd \\ufffd\\ufffd\\ufffd\", \"\", null]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_out_puts_commas_between_members_alone),
		cmocka_unit_test(json_out_keeps_large_numbers_exact),
		cmocka_unit_test(json_out_escapes_what_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
