/* The menu on the fake firmware when things fail: each call of its own, consoles and clocks that are broken for good,
 * and a thousand boots in one session.
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
#include "person.h"
#include "sabotage.h"
#include "unit/pe_builder.h"

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

/* While the menu is shown, as much is allocated after the last failure as after the first one of each kind. */
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
		cmocka_unit_test(a_thousand_failures_leave_nothing),
		cmocka_unit_test(the_default_is_booted_whatever_is_broken),
		cmocka_unit_test(without_memory_for_a_menu_the_firmware_goes_on),
		cmocka_unit_test(any_call_of_a_menu_may_fail), /* last: it takes longest */
	};

	return cmocka_run_group_tests_name("firmware/menu_fault", tests, NULL, NULL);
}
