/* The menu on the fake firmware. menu_fault_test.c: with calls that fail, and after a thousand failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "person.h"

/* ---- The clock ------------------------------------------------------------------------------------------- */

#define TWO "[one]\nkernel = \\boot\\kernel.elf\ncmdline = first\n" \
            "[two]\nkernel = \\boot\\kernel.elf\ncmdline = second\n"

static void its_end_boots_the_default(void **state)
{
	static const struct { const char *config, *command_line; unsigned seconds; } rows[] = {
		{ TWO, "first", 5 }, { "timeout = 1\n" TWO, "first", 1 }, { "timeout = 12\ndefault = two\n" TWO,
		"second", 12 }, { "timeout = 3600\n" TWO, "first", 3600 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		make(FAKE_X86_64, KERNEL_UPPER, rows[i].config, nobody);
		fake.options.budget = UINT32_MAX;
		enters(rows[i].command_line);
		assert_true(strstr(fake.console, TITLE));
		assert_int_equal(fake.milliseconds, rows[i].seconds * 1000);
		assert_false(fake_hit(SERVICE_SET_VARIABLE));
	}
}

static void zero_seconds_show_no_menu(void **state)
{
	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, "timeout = 0\ndefault = two\n" TWO, nobody);
	enters("second");
	assert_int_equal(fake.milliseconds, 0);
	assert_int_equal(fake.console_calls, 0);
}

static void an_hour_has_passed(void)
{
	assert_true(menu_is_shown());
	assert_false(on_screen("starts in"));
	assert_true(fake.milliseconds >= 3700 * 1000);
}

static void no_clock_waits_for_ever(void **state)
{
	static const struct press keys[] = { { 3700 * 1000, KEY_DOWN, an_hour_has_passed }, { 0, KEY_RETURN, NULL },
	                                     { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, "timeout = no\n" TWO, keys);
	fake.options.budget = UINT32_MAX;
	enters("second");
}

static void the_clock_runs(void)
{
	assert_true(on_screen("one starts in 2 s; a key stops it"));
}

static void the_clock_stands(void)
{
	assert_false(on_screen("starts in"));
	assert_true(on_screen(" > 2  two"));
}

static void a_key_stops_it(void **state)
{
	static const struct press keys[] = { { 3500, KEY_DOWN, the_clock_runs }, { 600000, KEY_UP, the_clock_stands },
	                                     { 600000, KEY_RETURN, NULL }, { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, TWO, keys);
	fake.options.budget = UINT32_MAX;
	enters("first");
	assert_true(fake.milliseconds >= 1200000);
}

/* Keys of other meaning, too, and those that mean nothing. */
static void any_key_stops_it(void **state)
{
	static const uint32_t keys[] = { KEY_OTHER, 'x', '9', ' ', KEY_BACKSPACE, KEY_CONTROL('A'), KEY_UP };
	static struct press one[] = { { 4900, 0, NULL }, { 600000, KEY_RETURN, NULL }, { 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		for (unsigned simple = 0; simple < 2; simple++) {
			one[0].key = keys[i];
			make(FAKE_X86_64, KERNEL_UPPER, TWO, one);
			fake.options.simple_keys = simple;
			fake.options.budget = UINT32_MAX;
			enters("first");
			assert_true(fake.milliseconds >= 600000);
		}
}

static unsigned drawn_by[8]; /* calls of the console until each second has begun */
static char rows_before[FAKE_ROWS][FAKE_COLUMNS + 1];

static uint32_t watching(void)
{
	unsigned second = (unsigned)(fake.milliseconds / 1000);

	if (second < COUNT_OF(drawn_by) && !drawn_by[second])
		drawn_by[second] = fake.console_calls;
	if (!second)
		memcpy(rows_before, fake.screen, sizeof rows_before);
	return KEY_NONE;
}

static void watch(bool serial)
{
	make(FAKE_X86_64, KERNEL_UPPER, "timeout = 6\n" TWO, nobody);
	fake.options.next_key = watching;
	fake.options.serial_console = serial;
	memset(drawn_by, 0, sizeof drawn_by);
	enters("first");
}

static void nothing_is_drawn_on_a_serial_line_while_nobody_looks(void **state)
{
	(void)state;
	watch(true);
	assert_true(drawn_by[0]);
	for (unsigned i = 1; i < 6; i++)
		assert_int_equal(drawn_by[i], drawn_by[0]);
	assert_true(strstr(fake.console, "one starts in 6 s"));
	assert_false(strstr(fake.console, "one starts in 5 s"));
}

/* Its place, its colour, the text, and blanks over the rest of a longer one. */
static void on_a_screen_the_clock_alone_is_drawn(void **state)
{
	unsigned changed = 0;

	(void)state;
	watch(false);
	for (unsigned i = 2; i < 6; i++)
		assert_in_range(drawn_by[i] - drawn_by[i - 1], 1, 6);
	for (unsigned i = 0; i < FAKE_ROWS - 2; i++)
		changed += strcmp(rows_before[i], fake.screen[i]) != 0;
	assert_int_equal(changed, 1);
	assert_true(on_screen("one starts in 1 s"));
	assert_non_null(strstr(fake.screen[FAKE_ROWS - 2], "Return: boot")); /* the screen is used to its end */
}

/* ---- Hidden menus ---------------------------------------------------------------------------------------- */

static void a_held_key_shows_a_hidden_menu(void **state)
{
	static const struct { uint32_t key; bool shows; } rows[] = {
		{ ' ', true }, { KEY_UP, true }, { KEY_DOWN, true }, { KEY_RETURN, false }, { KEY_ESCAPE, false },
		{ 'x', false }, { KEY_OTHER, false },
	};
	static const char *const configs[] = { "timeout = 0\n" TWO, GOOD };
	static struct press keys[] = { { 0, 0, NULL }, { 60, KEY_RETURN, NULL }, { 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (size_t k = 0; k < COUNT_OF(configs); k++) {
			keys[0].key = rows[i].key;
			make(FAKE_X86_64, KERNEL_UPPER, configs[k], keys);
			enters(k ? "hello" : "first");
			assert_int_equal(strstr(fake.console, TITLE) != NULL, rows[i].shows);
		}
}

/* Nobody presses another key: the clock boots it all the same. */
static void a_shown_menu_has_a_clock(void **state)
{
	static const struct press keys[] = { { 0, ' ', NULL }, { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, "timeout = 0\ndefault = two\n" TWO, keys);
	enters("second");
	assert_int_equal(fake.milliseconds, 5000);
}

static void an_entry_that_is_named_is_not_asked_about(void **state)
{
	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, "timeout = no\n" TWO, nobody);
	fake.options.load_options = u"entry=two";
	fake.options.load_options_bytes = sizeof u"entry=two";
	enters("second");
	assert_int_equal(fake.console_calls, 0);
}

static void without_keys_there_is_no_menu(void **state)
{
	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, "timeout = no\ndefault = two\n" TWO, nobody);
	fake.options.next_key = NULL;
	enters("second");
	assert_int_equal(fake.console_calls, 0);
	make(FAKE_X86_64, KERNEL_UPPER, "default = broken\n" GOOD BROKEN, nobody);
	fake.options.next_key = NULL;
	fake_run();
	assert_null(world_judge());
	assert_true(world_said("(ERR_FILE_NOT_FOUND; back to the firmware)"));
}

/* ---- After a failure ------------------------------------------------------------------------------------- */

static void the_error_is_there(void)
{
	assert_true(menu_is_shown());
	assert_true(on_screen("hobnail: cannot load the kernel \\boot\\nowhere.elf"));
	assert_true(on_screen(" > 2  broken"));
}

static void nobody_is_waited_for_a_minute(void **state)
{
	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, "timeout = 0\ndefault = broken\n" GOOD BROKEN, nobody);
	fake_run();
	assert_null(world_judge());
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_int_equal(fake.status, EFI_NOT_FOUND);
	assert_int_equal(fake.milliseconds, 60000);
	the_error_is_there();
}

/* A key has shown that somebody is there. */
static void somebody_is_waited_for(void **state)
{
	static const struct press keys[] = { { 0, KEY_DOWN, NULL }, { 0, KEY_RETURN, NULL },
	                                     { 7200000, KEY_ESCAPE, the_error_is_there }, { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, GOOD BROKEN, keys);
	fake.options.budget = UINT32_MAX;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_int_equal(fake.status, EFI_SUCCESS);
	assert_int_equal(fake.milliseconds, 7200000);
	assert_int_equal(fake.pages + fake.pools + fake.open_files + fake.open_events, 0);
}

/* It is not asked about at first, nor afterwards. */
static void an_entry_that_is_named_fails_to_the_firmware(void **state)
{
	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, "timeout = no\n" GOOD BROKEN, nobody);
	fake.options.load_options = u"entry=broken";
	fake.options.load_options_bytes = sizeof u"entry=broken";
	fake_run();
	assert_null(world_judge());
	assert_int_equal(fake.status, EFI_NOT_FOUND);
	assert_int_equal(fake.milliseconds, 0);
	assert_true(world_said("(ERR_FILE_NOT_FOUND; back to the firmware)"));
}

static void one_entry_comes_back_to_its_menu(void **state)
{
	static const struct press keys[] = { { 0, ' ', NULL }, { 40, KEY_RETURN, NULL }, { 40, KEY_ESCAPE, NULL },
	                                     { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, BROKEN, keys);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_true(world_said("(ERR_FILE_NOT_FOUND; back to the menu)"));
	assert_true(on_screen("cannot load the kernel"));
	make(FAKE_X86_64, KERNEL_UPPER, BROKEN, nobody);
	fake_run();
	assert_null(world_judge());
	assert_true(world_said("(ERR_FILE_NOT_FOUND; back to the firmware)"));
	assert_false(strstr(fake.console, TITLE));
}

static void no_error_is_there(void)
{
	assert_true(menu_is_shown());
	assert_false(on_screen("cannot"));
}

/* A program that ends well has no error, and the one before is forgotten. */
static void an_error_is_shown_once(void **state)
{
	static const struct press keys[] = { { 0, '2', NULL }, { 0, KEY_RETURN, NULL }, { 0, '1', the_error_is_there },
	                                     { 0, KEY_RETURN, NULL }, { 0, KEY_ESCAPE, no_error_is_there }, { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_EFI, "[good]\nkernel = \\boot\\kernel.elf\n" BROKEN, keys);
	fake.options.program_ends = true;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_int_equal(fake.program.runs, 1);
	assert_int_equal(pressed, 5);
}

static void a_kernel_gets_the_log_of_its_own_boot(void **state)
{
	static const struct press keys[] = { { 0, '2', NULL }, { 0, KEY_RETURN, NULL }, { 0, '1', the_error_is_there },
	                                     { 0, KEY_RETURN, NULL }, { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, GOOD BROKEN, keys);
	enters("hello world");
	assert_true(strstr(loader_log.text, "entry good"));
	assert_false(strstr(loader_log.text, "entry broken"));
}

/* ---- Choices that stay ----------------------------------------------------------------------------------- */

static unsigned writes(void)
{
	unsigned count = 0;

	for (unsigned n = 0; n < fake.calls && n < FAKE_MAX_TRACE; n++)
		count += fake.trace[n].service == SERVICE_SET_VARIABLE;
	return count;
}

static void last_entry(const char *id)
{
	struct fake_variable *v = &fake.variables[fake.variable_count++];

	snprintf(v->name, sizeof v->name, "LastEntry");
	v->bytes = strlen(id);
	memcpy(v->data, id, v->bytes);
}

static const struct press chooses_two[] = { { 40, '2', NULL }, { 40, KEY_RETURN, NULL }, { 0 } };

static void the_last_choice_is_the_next_default(void **state)
{
	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, "remember = yes\n" TWO, chooses_two);
	enters("second");
	assert_int_equal(fake.variable_count, 1);
	assert_string_equal(fake.variables[0].name, "LastEntry");
	assert_int_equal(fake.variables[0].bytes, 3);
	assert_memory_equal(fake.variables[0].data, "two", 3);
	assert_int_equal(fake.variables[0].attributes, 7); /* it stays */
	/* the next boot, and nobody is there */
	make(FAKE_X86_64, KERNEL_UPPER, "remember = yes\n" TWO, nobody);
	last_entry("two");
	enters("second");
	assert_int_equal(writes(), 0);
	/* the same choice again */
	make(FAKE_X86_64, KERNEL_UPPER, "remember = yes\n" TWO, chooses_two);
	last_entry("two");
	enters("second");
	assert_int_equal(writes(), 0);
}

static void a_choice_is_kept_only_where_it_is_wanted(void **state)
{
	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, TWO, chooses_two);
	enters("second");
	assert_int_equal(writes(), 0);
	make(FAKE_X86_64, KERNEL_UPPER, TWO, nobody);
	last_entry("two");
	enters("first");
	/* nobody has chosen: the clock has, or it was left */
	make(FAKE_X86_64, KERNEL_UPPER, "remember = yes\n" TWO, nobody);
	enters("first");
	assert_int_equal(writes(), 0);
	static const struct press leaves[] = { { 0, '2', NULL }, { 0, KEY_ESCAPE, NULL }, { 0 } };
	make(FAKE_X86_64, KERNEL_UPPER, "remember = yes\n" TWO, leaves);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_int_equal(writes(), 0);
	/* an entry that is gone */
	make(FAKE_X86_64, KERNEL_UPPER, "remember = yes\n" TWO, nobody);
	last_entry("three");
	enters("first");
	/* a boot without a menu follows it, too */
	make(FAKE_X86_64, KERNEL_UPPER, "timeout = 0\nremember = yes\n" TWO, nobody);
	last_entry("two");
	enters("second");
	/* ... but not one that is told which */
	make(FAKE_X86_64, KERNEL_UPPER, "remember = yes\n" TWO, nobody);
	last_entry("two");
	fake.options.load_options = u"entry=one";
	fake.options.load_options_bytes = sizeof u"entry=one";
	enters("first");
}

/* ---- Editing, and more ----------------------------------------------------------------------------------- */

static void the_line_is_there(void)
{
	assert_true(strstr(fake.screen[0], ": command line of one"));
	assert_true(strncmp(fake.screen[2], " first!", 7) == 0);
	assert_true(fake.cursor_is_shown);
	assert_int_equal(fake.row, 2);
	assert_int_equal(fake.column, 7);
}

static void an_edited_line_is_booted_once(void **state)
{
	static const struct press keys[] = { { 40, 'e', NULL }, { 40, '!', NULL }, { 2500, '?', the_line_is_there },
	                                     { 40, KEY_RETURN, NULL }, { 0 } };
	static const struct press left[] = { { 40, 'e', NULL }, { 40, '!', NULL }, { 40, KEY_ESCAPE, NULL },
	                                     { 40, KEY_RETURN, NULL }, { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, TWO, keys);
	enters("first!?");
	make(FAKE_X86_64, KERNEL_UPPER, TWO, left);
	enters("first");
	assert_false(fake.cursor_is_shown && on_screen("command line of"));
}

static void it_is_refused(void)
{
	assert_true(menu_is_shown());
	assert_true(on_screen("editor = no"));
	assert_false(on_screen("e: edit"));
}

static void the_editor_may_be_forbidden(void **state)
{
	static const struct press keys[] = { { 40, 'e', NULL }, { 40, KEY_RETURN, it_is_refused }, { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, "editor = no\n" TWO, keys);
	enters("first");
}

static void the_facts_are_there(void)
{
	assert_true(on_screen("From         \\hobnail.conf, line 4"));
	assert_true(on_screen("Kernel       \\boot\\kernel.elf, "));
	assert_true(on_screen("Command line second"));
	assert_true(on_screen("Secure Boot  off"));
	assert_true(on_screen("Firmware     fake, UEFI 2.10"));
}

static void all_files_are_there(void)
{
	assert_true(on_screen("Kernel       \\boot\\kernel.elf, "));
	assert_true(on_screen("Initrd       \\boot\\one.bin, "));
	assert_true(on_screen("Device tree  \\boot\\board.dtb, "));
}

static void facts_have_every_file(void **state)
{
	static const struct press keys[] = { { 40, 'i', NULL }, { 40, KEY_ESCAPE, all_files_are_there },
	                                     { 40, KEY_RETURN, NULL }, { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_EFI, "[one]\nkernel = \\boot\\kernel.elf\ninitrd = \\boot\\one.bin\n"
	     "devicetree = \\boot\\board.dtb\n" "[two]\nkernel = \\boot\\kernel.elf\n", keys);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_STARTED);
}

static void facts_and_the_plan_are_shown(void **state)
{
	static const struct press keys[] = { { 40, '2', NULL }, { 40, 'i', NULL },
	                                     { 40, KEY_ESCAPE, the_facts_are_there }, { 40, 'v', NULL }, { 0 } };

	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, TWO, keys);
	enters("second");
	assert_true(strstr(fake.console, "entry two"));
	make(FAKE_X86_64, KERNEL_UPPER, TWO, chooses_two);
	enters("second");
	assert_false(strstr(fake.console, "entry two"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_end_boots_the_default),
		cmocka_unit_test(zero_seconds_show_no_menu),
		cmocka_unit_test(no_clock_waits_for_ever),
		cmocka_unit_test(a_key_stops_it),
		cmocka_unit_test(any_key_stops_it),
		cmocka_unit_test(nothing_is_drawn_on_a_serial_line_while_nobody_looks),
		cmocka_unit_test(on_a_screen_the_clock_alone_is_drawn),
		cmocka_unit_test(a_held_key_shows_a_hidden_menu),
		cmocka_unit_test(a_shown_menu_has_a_clock),
		cmocka_unit_test(an_entry_that_is_named_is_not_asked_about),
		cmocka_unit_test(without_keys_there_is_no_menu),
		cmocka_unit_test(nobody_is_waited_for_a_minute),
		cmocka_unit_test(somebody_is_waited_for),
		cmocka_unit_test(an_entry_that_is_named_fails_to_the_firmware),
		cmocka_unit_test(one_entry_comes_back_to_its_menu),
		cmocka_unit_test(an_error_is_shown_once),
		cmocka_unit_test(a_kernel_gets_the_log_of_its_own_boot),
		cmocka_unit_test(the_last_choice_is_the_next_default),
		cmocka_unit_test(a_choice_is_kept_only_where_it_is_wanted),
		cmocka_unit_test(an_edited_line_is_booted_once),
		cmocka_unit_test(the_editor_may_be_forbidden),
		cmocka_unit_test(facts_have_every_file),
		cmocka_unit_test(facts_and_the_plan_are_shown),
	};

	return cmocka_run_group_tests_name("firmware/menu", tests, NULL, NULL);
}
