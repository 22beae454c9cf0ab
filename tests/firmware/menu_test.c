/* The menu on the fake firmware: keys come from a script and from the clock, and the screen is read.
 *
 * With HOBNAIL_TEST_ALL in the environment calls fail in more ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "after/net.h"
#include "key.h"
#include "log.h"
#include "sabotage.h"
#include "unit/pe_builder.h"
#include "world.h"

#define TITLE " Hobnail " LOADER_VERSION
#define GOOD "[good]\nkernel = \\boot\\kernel.elf\ncmdline = hello world\nmodule = \\boot\\one.bin first\n" \
             "module = \\boot\\two.bin\n"
#define BROKEN "[broken]\nkernel = \\boot\\nowhere.elf\n"

/* ---- A person -------------------------------------------------------------------------------------------- */

struct press {
	uint32_t after; /* milliseconds after the last key */
	uint32_t key;
	void (*look)(void); /* just before it; NULL: nobody looks */
};

static const struct press *script; /* ends with a key of 0 */
static unsigned pressed;
static uint64_t pressed_at;
static uint32_t afterwards; /* is pressed every half a second when the script has ended; KEY_NONE: nothing is */

static uint32_t scripted_key(void)
{
	struct press press = script[pressed];
	bool is_over = !press.key;

	if (is_over)
		press = (struct press){ 500, afterwards, NULL };
	if (fake.milliseconds - pressed_at < press.after)
		return KEY_NONE;
	pressed_at = fake.milliseconds;
	pressed += !is_over;
	if (press.look)
		press.look();
	return press.key;
}

static const struct press nobody[] = { { 0 } };

/* A machine with this configuration, and keys as the script says. */
static void make(enum machine machine, enum world_kernel kernel, const char *config, const struct press *keys)
{
	world_make(machine, kernel);
	world_config(config);
	script = keys;
	pressed = 0;
	pressed_at = 0;
	afterwards = KEY_NONE;
	fake.options.next_key = scripted_key;
}

static bool on_screen(const char *text)
{
	for (unsigned i = 0; i < FAKE_ROWS; i++)
		if (strstr(fake.screen[i], text))
			return true;
	return false;
}

static bool menu_is_shown(void)
{
	return strncmp(fake.screen[0], TITLE, sizeof TITLE - 1) == 0;
}

/* ---- Each call fails ------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	EFI_STATUS status;
} ways[] = {
	{ "device error", EFI_DEVICE_ERROR }, { "short success", FAULT_SHORT }, { "not ready", EFI_NOT_READY },
	{ "out of resources", EFI_OUT_OF_RESOURCES }, { "not found", EFI_NOT_FOUND },
	{ "unsupported", EFI_UNSUPPORTED },
};

static const struct press session[] = {
	{ 40, KEY_DOWN, NULL }, { 40, 'i', NULL }, { 40, KEY_ESCAPE, NULL }, { 40, 'e', NULL }, { 40, 'x', NULL },
	{ 40, KEY_RETURN, NULL }, { 40, KEY_UP, NULL }, { 40, 'v', NULL }, { 0 },
};

static const struct press edits[] = { { 40, 'e', NULL }, { 40, KEY_BACKSPACE, NULL }, { 40, 'd', NULL },
                                      { 40, KEY_RETURN, NULL }, { 0 } };
static const struct press held[] = { { 0, ' ', NULL }, { 0, KEY_DOWN, NULL }, { 60, KEY_RETURN, NULL }, { 0 } };

static const struct world {
	const char *name;
	enum machine machine;
	enum world_kernel kernel;
	const char *config;
	const struct press *keys;
	bool simple, serial, ends;
} worlds[] = {
	{ "nobody is there", FAKE_X86_64, KERNEL_UPPER, "timeout = 1\n" GOOD BROKEN, nobody, false, false, false },
	{ "nobody is there, simple keys, serial line", FAKE_AARCH64, KERNEL_PIE, "timeout = 1\n" GOOD BROKEN, nobody,
	  true, true, false },
	{ "a session", FAKE_X86_64, KERNEL_UPPER, "remember = yes\n" GOOD BROKEN, session, false, false, false },
	{ "a session, simple keys, serial line", FAKE_AARCH64, KERNEL_MMU_OFF, "remember = yes\n" GOOD BROKEN, session,
	  true, true, false },
	{ "edited", FAKE_X86_64, KERNEL_LIMINE, GOOD BROKEN, edits, false, false, false },
	{ "a hidden menu", FAKE_X86_64, KERNEL_UPPER, "timeout = 0\n" BROKEN GOOD, held, false, false, false },
	{ "a program that ends", FAKE_X86_64, KERNEL_EFI, GOOD BROKEN, edits, false, false, true },
	{ "all are broken, and nobody is there", FAKE_X86_64, KERNEL_UPPER, "timeout = 1\ndefault = broken\n" GOOD
	  BROKEN, nobody, false, true, false },
	{ "hidden and broken, and nobody is there", FAKE_X86_64, KERNEL_UPPER, "timeout = 0\ndefault = broken\n" GOOD
	  BROKEN, nobody, false, true, false },
};

static void make_world(const struct world *w)
{
	make(w->machine, w->kernel, w->config, w->keys);
	if (w->kernel == KERNEL_EFI)
		world_file("\\boot\\board.dtb")->path = "\\boot\\modules.txt";
	fake.options.simple_keys = w->simple;
	fake.options.serial_console = w->serial;
	fake.options.program_ends = w->ends;
	if (w->keys != nobody)
		afterwards = KEY_ESCAPE;
}

static const char *said_wrong;

/* An error report names what has failed: the kernel that is not there, or the file of the call that failed. In the
 * menu, its lines are indented. */
static bool reports_are_right(void)
{
	unsigned call = fake.faults[0].call;
	const char *subject = call && call <= fake.calls ? fake.trace[call - 1].subject : NULL;
	const char *name = subject && strrchr(subject, '\\') ? strrchr(subject, '\\') + 1 : "";

	for (const char *at = fake.console; (at = strstr(at, "\nhobnail: cannot ")); at++) {
		const char *code = strstr(at, "(ERR_");
		char report[2048];
		snprintf(report, sizeof report, "%.*s", code ? (int)(code - at) : 0, at);
		if (!code || !strstr(report, ": ") || strstr(report, TITLE) ||
		    (*name && !strstr(report, name) && !strstr(report, "nowhere.elf"))) {
			said_wrong = "an error report is not right";
			return false;
		}
	}
	return true;
}

/* "back to the menu" is followed by a menu, and "back to the firmware" by none. */
static bool promises_are_kept(void)
{
	for (const char *at = fake.console; (at = strstr(at, "; back to the ")); at++) {
		bool menu = strncmp(at, "; back to the menu)", 19) == 0;
		if (menu != (strstr(at, TITLE) != NULL)) {
			said_wrong = "it went back to the other place than it said";
			return false;
		}
	}
	return true;
}

static const char *judge_fault(void)
{
	bool left = fake.outcome == FAKE_RETURNED && fake.status == EFI_SUCCESS && script != nobody;
	bool shown = fake_hit(SERVICE_OUTPUT) || fake_hit(SERVICE_CURSOR);
	const char *why = left ? NULL : world_judge();

	if (fake.forbidden[0])
		return fake.forbidden;
	if (left && (fake.pages != fake.excused_pages || fake.pools || fake.open_files ||
	             fake.images != fake.excused_images))
		return "something was left behind";
	if (fake.open_events != fake.excused_events)
		return "an event was left open";
	if (why && strcmp(why, "something is printed on the way") != 0)
		return why;
	return shown || (reports_are_right() && promises_are_kept()) ? NULL : said_wrong;
}

static unsigned complaints;

static void complain(const struct world *w, unsigned call, const char *way, const char *why)
{
	const char *service = call && call <= fake.calls && call <= FAKE_MAX_TRACE
	                      ? fake_service_name(fake.trace[call - 1].service) : "?";

	if (why && complaints++ < 20)
		fprintf(stderr, "%s, call %u (%s): %s: %s\n%s\n", w->name, call, service, way, why,
		        getenv("HOBNAIL_SHOW") ? fake.console : "");
}

/* Calls before the menu have tests of their own, but for those that it needs. Waiting is many calls that are alike:
 * the first ones fail, and some of the others. */
static bool is_chosen(unsigned call, unsigned first, unsigned made[SERVICES])
{
	enum service service = fake.trace[call - 1].service;
	bool is_its_own = service >= SERVICE_READ_KEY || service == SERVICE_GET_VARIABLE ||
	                  service == SERVICE_SET_VARIABLE || service == SERVICE_HANDLE_PROTOCOL;
	unsigned number = ++made[service];

	return (call >= first || is_its_own) && (number <= 3 || number % 97 == 0 || !is_its_own);
}

struct victim { unsigned call; enum service service; };

/* The calls that are to fail one by one. */
static unsigned choose_calls(struct victim calls[FAKE_MAX_TRACE])
{
	unsigned made[SERVICES] = { 0 }, count = 0, first = 1;

	while (first < fake.calls && fake.trace[first - 1].service < SERVICE_READ_KEY)
		first++;
	for (unsigned n = 1; n <= fake.calls && n <= FAKE_MAX_TRACE; n++)
		if (is_chosen(n, first, made))
			calls[count++] = (struct victim){ n, fake.trace[n - 1].service };
	return count;
}

/* An attempt's own calls have tests of their own. */
static unsigned ways_of(enum service service)
{
	if (getenv("HOBNAIL_TEST_ALL"))
		return COUNT_OF(ways);
	return service >= SERVICE_READ_KEY ? 3 : 1;
}

static void fail_calls(const struct world *w, bool seen[SERVICES])
{
	static struct victim calls[FAKE_MAX_TRACE];

	make_world(w);
	fake_run();
	complain(w, 0, "nothing fails", judge_fault());
	assert_true(strstr(fake.console, TITLE));
	for (unsigned i = 0, count = choose_calls(calls); i < count; i++)
		for (unsigned k = 0; k < ways_of(calls[i].service); k++) {
			make_world(w);
			fake.faults[0] = (struct fake_fault){ calls[i].call, ways[k].status };
			fake_run();
			complain(w, calls[i].call, ways[k].name, judge_fault());
			seen[calls[i].service] = true;
		}
}

static void any_call_of_a_menu_may_fail(void **state)
{
	static bool seen[SERVICES];

	(void)state;
	complaints = 0;
	for (unsigned i = 0; i < COUNT_OF(worlds); i++)
		fail_calls(&worlds[i], seen);
	assert_int_equal(complaints, 0);
	for (unsigned s = SERVICE_READ_KEY; s < SERVICES; s++)
		if (!seen[s] && s != SERVICE_STALL && s != SERVICE_CLEAR) /* only after a failure */
			fail_msg("%s was never called", fake_service_name(s));
	assert_true(seen[SERVICE_SET_VARIABLE]);
}

/* A console that is broken for good has no menu to speak of: the clock boots the default, and time passes without
 * timers. With broken timers and a broken Stall it does not, and the clock is fast. */
static void the_default_is_booted_whatever_is_broken(void **state)
{
	static const struct { enum service first, last; bool is_slow; } rows[] = {
		{ SERVICE_READ_KEY, SERVICE_READ_KEY, true }, { SERVICE_READ_KEY, SERVICE_READ_KEY_EX, true },
		{ SERVICE_CREATE_EVENT, SERVICE_CREATE_EVENT, true }, { SERVICE_SET_TIMER, SERVICE_SET_TIMER, true },
		{ SERVICE_WAIT, SERVICE_WAIT, true }, { SERVICE_CREATE_EVENT, SERVICE_STALL, false },
		{ SERVICE_TEXT_MODE, SERVICE_TEXT_MODE, true }, { SERVICE_TEXT_MODE, SERVICE_SHOW_CURSOR, true },
		{ SERVICE_OUTPUT, SERVICE_OUTPUT, true }, { SERVICE_READ_KEY, SERVICE_SHOW_CURSOR, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (size_t k = 0; k < COUNT_OF(ways); k++) {
			if (ways[k].status == FAULT_SHORT && rows[i].first == SERVICE_WAIT)
				continue; /* that is another clock */
			make(FAKE_X86_64, KERNEL_UPPER, "timeout = 2\ndefault = good\n" BROKEN GOOD, nobody);
			for (enum service s = rows[i].first; s <= rows[i].last; s++)
				fake.options.broken[s] = ways[k].status;
			fake_run();
			const char *why = world_judge_entered();
			if (why || fake.forbidden[0] || fake.open_events != fake.excused_events)
				fail_msg("row %zu, %s: %s", i, ways[k].name, why ? why : "not clean");
			if (rows[i].is_slow)
				assert_in_range(fake.milliseconds, 2000, 2200);
		}
}

static uint32_t takes_memory(void)
{
	fake_leave_free(0);
	return KEY_NONE;
}

/* There is no memory any more when the hidden menu is wanted: the report says that there will be none. */
static void without_memory_for_a_menu_the_firmware_goes_on(void **state)
{
	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, "timeout = 0\ndefault = broken\n" GOOD BROKEN, nobody);
	fake.options.next_key = takes_memory;
	fake_run();
	assert_null(world_judge());
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_true(world_said("; back to the firmware)"));
	assert_false(world_said("; back to the menu)"));
	assert_false(strstr(fake.console, TITLE));
}

/* ---- The clock ------------------------------------------------------------------------------------------- */

static void enters(const char *command_line)
{
	fake_run();
	const char *why = world_judge_entered();
	if (why)
		fail_msg("%s", why);
	const struct hobnail_boot *r = world_record();
	const char *found = hobnail_text(r, r->cmdline);
	if (strncmp(found, command_line, strlen(command_line)) != 0)
		fail_msg("the command line is %s", found);
}

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

/* ---- A thousand failures --------------------------------------------------------------------------------- */

enum { FAILURES = 1000 };

#define MANY "timeout = no\n" BROKEN "[module]\nkernel = \\boot\\kernel.elf\nmodule = \\boot\\one.bin\n" \
             "module = \\boot\\none.bin\n[late]\nkernel = \\boot\\kernel.elf\nmodule = \\boot\\one.bin\n" \
             "[program]\nkernel = \\boot\\program.efi\ninitrd = \\boot\\one.bin\n[big]\nkernel = \\boot\\zeros\n" GOOD

static const char *const errors[] = { "cannot load the kernel \\boot\\nowhere.elf",
                                      "cannot load the module \\boot\\none.bin",
                                      "cannot prove the hand-off to", "cannot run \\boot\\program.efi",
                                      "cannot load the kernel \\boot\\zeros" };
static unsigned failures;
static uint32_t fails_often(void);
static bool is_chosen_now;
static struct { unsigned pages, pools, files, variables; UINTN tables; } before;

static bool is_late(void)
{
	return (failures - 1) % COUNT_OF(errors) == 2;
}

void sabotage_space(struct boot *b)
{
	(void)b;
	if (fake.options.next_key == fails_often && is_late())
		handoff.kernel_stack += 16 * PAGE_BYTES;
}

/* What there is in the menu after the first failure of each kind is there after the last. */
static void compare(void)
{
	if (failures == COUNT_OF(errors)) {
		before.pages = fake.pages;
		before.pools = fake.pools;
		before.files = fake.open_files;
		before.variables = fake.variable_count;
		before.tables = *fake_table_count();
	}
	if (failures < COUNT_OF(errors))
		return;
	assert_int_equal(fake.pages, before.pages);
	assert_int_equal(fake.pools, before.pools);
	assert_int_equal(fake.open_files, before.files);
	assert_int_equal(fake.images, 0);
	assert_int_equal(fake.variable_count, before.variables);
	assert_int_equal(*fake_table_count(), before.tables);
	assert_null(fake.served.load_file);
	assert_null(fake.served.path);
}

static uint32_t fails_often(void)
{
	if (!is_chosen_now) {
		const char *error = failures ? errors[(failures - 1) % COUNT_OF(errors)] : TITLE;
		assert_true(menu_is_shown());
		if (!on_screen(error))
			fail_msg("after failure %u '%s' is not on the screen: %s", failures, error, fake.console);
		assert_int_equal(fake.open_events, 0);
		compare();
		fake.console_used = fake.serial_used = 0;
		is_chosen_now = true;
		return '1' + (failures == FAILURES ? COUNT_OF(errors) : failures % COUNT_OF(errors));
	}
	is_chosen_now = false;
	failures += failures < FAILURES;
	return KEY_RETURN;
}

static void a_thousand_failures_leave_nothing(void **state)
{
	static uint8_t program[PE_BUILT_BYTES], zeros[4096];

	(void)state;
	make(FAKE_X86_64, KERNEL_UPPER, MANY, nobody);
	pe_build(program, 0x8664);
	fake_add("\\boot\\program.efi", program, sizeof program);
	fake_add("\\boot\\zeros", zeros, sizeof zeros);
	fake.options.program = program;
	fake.options.program_bytes = sizeof program;
	fake.options.program_ends = true;
	fake.options.program_status = EFI_ABORTED;
	fake.options.next_key = fails_often;
	fake.options.budget = UINT32_MAX;
	failures = 0;
	is_chosen_now = false;
	enters("hello world");
	assert_int_equal(failures, FAILURES);
	assert_int_equal(fake.program.runs, FAILURES / COUNT_OF(errors));
	unsigned pages = fake.pages;
	/* a first boot of that entry has as much, and its menu */
	static const struct press keys[] = { { 40, '6', NULL }, { 40, KEY_RETURN, NULL }, { 0 } };
	make(FAKE_X86_64, KERNEL_UPPER, MANY, keys);
	enters("hello world");
	assert_int_equal(fake.pages, pages);
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
		cmocka_unit_test(facts_and_the_plan_are_shown),
		cmocka_unit_test(a_thousand_failures_leave_nothing),
		cmocka_unit_test(the_default_is_booted_whatever_is_broken),
		cmocka_unit_test(without_memory_for_a_menu_the_firmware_goes_on),
		cmocka_unit_test(any_call_of_a_menu_may_fail), /* last: it takes longest */
	};

	return cmocka_run_group_tests_name("firmware/menu", tests, NULL, NULL);
}
