/* What the firmware was told to tell us: text or not, ours or not, and what is in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "load_options.h"
#include "same_text.h"

static struct problem problem;

static struct load_options options;

static enum err read_options(const char *line, bool may_be_foreign)
{
	size_t bytes = strlen(line);
	static char *copy;

	free(copy);
	copy = malloc(bytes ? bytes : 1);
	assert_non_null(copy);
	memcpy(copy, line, bytes);
	return load_options_read(copy, bytes, may_be_foreign, &options, &problem);
}

static void options_are_read_with_and_without_the_program_name(void **state)
{
	static const struct { const char *line, *entry, *config, *program; } cases[] = {
		{ "", "", "", "" },
		{ "  ", "", "", "" },
		{ "BOOTX64.EFI", "", "", "BOOTX64.EFI" },
		{ "entry=a", "a", "", "" },
		{ "fs0:\\hobnail.efi entry=a config=\\x.conf", "a", "\\x.conf", "fs0:\\hobnail.efi" },
		{ "\"fs0:\\my dir\\hobnail.efi\" config=\"\\a b.conf\"\tentry=\"two words\" ", "two words",
		  "\\a b.conf", "fs0:\\my dir\\hobnail.efi" },
		{ "hobnail config=a=b", "", "a=b", "hobnail" },
		{ "hobnail entry=a\"b", "a\"b", "", "hobnail" },
		{ "entry=entry=x", "entry=x", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(read_options(cases[i].line, false), OK);
		same(options.entry, cases[i].entry);
		same(options.config, cases[i].config);
		same(options.program, cases[i].program);
		assert_false(options.foreign);
	}
}

static void options_end_at_a_nul(void **state)
{
	(void)state;
	assert_int_equal(load_options_read("entry=a\0 rubbish", 16, false, &options, NULL), OK);
	same(options.entry, "a");
	assert_int_equal(load_options_read(NULL, 0, true, &options, NULL), OK);
	same(options.entry, "");
}

static void options_name_the_character_of_every_refusal(void **state)
{
	static const struct { enum err code; unsigned character; const char *line; } cases[] = {
		{ ERR_OPTION_UNKNOWN, 1, "etnry=a" },
		{ ERR_OPTION_UNKNOWN, 9, "hobnail verbose" },
		{ ERR_OPTION_UNKNOWN, 9, "hobnail debug=1" },
		{ ERR_OPTION_UNKNOWN, 9, "entry=a hobnail" },
		{ ERR_OPTION_UNKNOWN, 4, "\xc3\xa4  Entry=a" },
		{ ERR_OPTION_UNKNOWN, 1, "\"a=b c\"" },
		{ ERR_OPTION_TWICE, 9, "entry=a entry=b" },
		{ ERR_OPTION_TWICE, 11, "config=a  config=a" },
		{ ERR_OPTION_EMPTY, 9, "hobnail entry= x" },
		{ ERR_OPTION_EMPTY, 1, "config=" },
		{ ERR_OPTION_EMPTY, 1, "entry=\"\"" },
		{ ERR_OPTION_QUOTE, 7, "entry=\"a b" },
		{ ERR_OPTION_QUOTE, 8, "config=\"a\"b" },
		{ ERR_OPTION_QUOTE, 1, "\"hobnail.efi entry=a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		options.entry = text_of("untouched");
		enum err e = read_options(cases[i].line, false);
		if (e != cases[i].code || problem.value[0] != cases[i].character)
			fail_msg("%s at %u: %s", err_name(e), (unsigned)problem.value[0], cases[i].line);
		same(options.entry, "untouched");
	}
}

/* U-Boot: what boards have set for Linux is no reason to fail. What is meant for us is read as anywhere. */
static void a_line_for_somebody_else_is_foreign_where_that_may_be(void **state)
{
	static const char *const foreign[] = {
		"", "root=/dev/sdb3 init=/sbin/init rootwait ro", "console=ttyS0,115200n8", "quiet", "  etnry=a ",
		"x.entry=a", "\"a b", "a=\"b\"c",
		"Entry=a config", "entry", "sub_config=x",
	};
	static const struct { enum err code; const char *line; } ours[] = {
		{ OK, "entry=a" }, { OK, "hobnail\tconfig=x" }, { ERR_OPTION_UNKNOWN, "root=/dev/sda entry=a" },
		{ ERR_OPTION_UNKNOWN, "entry=a quiet" }, { ERR_OPTION_EMPTY, "config=" },
		{ ERR_OPTION_QUOTE, "entry=\"a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(foreign); i++) {
		assert_int_equal(read_options(foreign[i], true), OK);
		assert_true(options.foreign);
		same(options.entry, "");
		same(options.config, "");
		same(options.program, "");
	}
	for (size_t i = 0; i < COUNT_OF(ours); i++) {
		options.foreign = false;
		assert_int_equal(read_options(ours[i].line, true), ours[i].code);
		assert_false(options.foreign);
	}
}

/* ---- What the firmware hands over ---------------------------------------------------------------------- */

static uint8_t *data; /* exactly as long as it is, at an odd address */

static bool text_in(const void *bytes, size_t count, const char *want)
{
	const void *text;
	size_t units;

	free(data);
	data = malloc(count + 1);
	assert_non_null(data);
	memcpy(data + 1, bytes, count);
	if (!load_options_text(data + 1, count, &text, &units))
		return false;
	assert_int_equal(units, strlen(want));
	for (size_t i = 0; i < units; i++)
		assert_int_equal(read_le16((const uint8_t *)text + 2 * i), want[i]);
	return true;
}

static void text_ends_at_a_nul_and_anything_else_is_none(void **state)
{
	static const uint16_t half[] = { 'a', 0xd800, 0 }, bell[] = { 7 }, last[] = { 'a', 0x7f },
	                      tab[] = { 9, 'a', 0, 7 };
	static const uint8_t mark[16] = { 0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d, 0x85, 0x0e, 0xe2, 0x1a, 0x52,
	                                  0x2c, 0x59, 0xb2 };
	static uint8_t large[(1 << 17) + 2] = { 'a' };

	(void)state;
	assert_true(text_in("", 0, ""));
	assert_true(text_in(u"entry=a", 14, "entry=a"));
	assert_true(text_in(u"entry=a\0b", 18, "entry=a"));
	assert_true(text_in(tab, sizeof tab, "\ta"));
	assert_false(text_in(u"entry=a", 13, ""));
	assert_false(text_in("a", 1, ""));
	assert_false(text_in(half, sizeof half, ""));
	assert_false(text_in(bell, sizeof bell, ""));
	assert_false(text_in(last, sizeof last, ""));
	assert_true(text_in(mark, sizeof mark, "")); /* EDK2's */
	assert_true(text_in(large, 1 << 17, "a"));
	assert_false(text_in(large, sizeof large, ""));
}

/* Control characters but the tab, and halves of surrogate pairs, are no text: their neighbours are. */
static void what_is_no_character_of_text_is_told_from_its_neighbours(void **state)
{
	static const struct { uint16_t unit; bool is; } all[] = {
		{ 1, false }, { 8, false }, { '\t', true }, { '\n', false }, { 0x1f, false }, { ' ', true },
		{ 0x7e, true }, { 0x7f, false }, { 0x80, true },
		{ 0xd7ff, true }, { 0xd800, false }, { 0xdbff, false }, { 0xdc00, false }, { 0xdfff, false },
		{ 0xe000, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		const void *text;
		size_t units = 0;
		bool is = load_options_text(&all[i].unit, 2, &text, &units);
		if (is != all[i].is || units != is)
			fail_msg("%#x: %s", all[i].unit, is ? "text" : "none");
	}
}

/* Attributes, a description, a path of two nodes, and what is behind them. */
static size_t load_option(uint8_t *out, uint32_t attributes, const char *description, const void *optional,
                          size_t bytes)
{
	static const uint8_t paths[] = { 4, 4, 8, 0, 'x', 0, 0, 0, 0x7f, 0xff, 4, 0 };
	size_t used = 6;

	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)(attributes >> 8 * i);
	out[4] = sizeof paths, out[5] = 0;
	for (size_t i = 0; i <= strlen(description); i++)
		out[used++] = (uint8_t)description[i], out[used++] = 0;
	memcpy(out + used, paths, sizeof paths);
	used += sizeof paths;
	memcpy(out + used, optional, bytes);
	return used + bytes;
}

/* Nothing is read of options whose size is none. */
static void a_size_that_is_none_is_not_believed(void **state)
{
	static const size_t sizes[] = { (1 << 17) + 1, (1 << 17) + 2, SIZE_MAX };
	uint8_t *few = calloc(1, 16); /* the sanitizer watches its end */
	const void *text;
	size_t units;

	(void)state;
	assert_non_null(few);
	memset(few + 6, 'x', 10); /* a description without an end */
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		assert_false(load_options_text(few, sizes[i], &text, &units));
	free(few);
}

static void a_whole_load_option_holds_its_optional_data(void **state)
{
	static const uint32_t attributes[] = { 0, 1, 9, 0x1f0b };
	uint8_t option[200];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(attributes); i++) {
		assert_true(text_in(option, load_option(option, attributes[i], "Hobnail", u"entry=a", 16), "entry=a"));
		assert_true(text_in(option, load_option(option, attributes[i], "", u"entry=a", 14), "entry=a"));
		assert_true(text_in(option, load_option(option, attributes[i], "Hobnail", "", 0), ""));
		/* binary */
		assert_false(text_in(option, load_option(option, attributes[i], "Hobnail", "\1\2\3", 3), ""));
		assert_false(text_in(option, load_option(option, attributes[i], "Hobnail", "\1\0", 2), ""));
	}
}

static void what_is_no_whole_load_option_is_none(void **state)
{
	static const struct { unsigned at, value; } wrong[] = {
		{ 0, 4 }, { 1, 0x20 }, { 2, 1 }, { 3, 0x80 },  /* attributes that do not exist      */
		{ 4, 8 }, { 4, 13 }, { 4, 200 }, { 4, 0 }, { 5, 1 }, /* paths that end elsewhere     */
		{ 10, 'x' },                                   /* the description goes on           */
		{ 14, 3 }, { 14, 9 }, { 15, 1 },               /* a node shorter than one, too long */
		{ 20, 0x7e }, { 21, 1 },                       /* no end of a path                  */
	};
	uint8_t option[200];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		size_t bytes = load_option(option, 1, "ab", u"entry=a", 16);
		option[wrong[i].at] = (uint8_t)wrong[i].value;
		const void *text = option;
		size_t units;
		if (load_options_text(option, bytes, &text, &units) && text != option)
			fail_msg("byte %u is %u: still an option", wrong[i].at, wrong[i].value);
	}
	size_t bytes = load_option(option, 1, "ab", "", 0);
	for (size_t cut = 1; cut < bytes; cut++)
		assert_false(text_in(option, cut, "\1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read_with_and_without_the_program_name),
		cmocka_unit_test(options_end_at_a_nul),
		cmocka_unit_test(options_name_the_character_of_every_refusal),
		cmocka_unit_test(a_line_for_somebody_else_is_foreign_where_that_may_be),
		cmocka_unit_test(text_ends_at_a_nul_and_anything_else_is_none),
		cmocka_unit_test(what_is_no_character_of_text_is_told_from_its_neighbours),
		cmocka_unit_test(a_size_that_is_none_is_not_believed),
		cmocka_unit_test(a_whole_load_option_holds_its_optional_data),
		cmocka_unit_test(what_is_no_whole_load_option_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
