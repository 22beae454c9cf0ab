/* Every call of a boot fails in every way: a clear error that names the step and nothing left behind, or the boot
 * goes on without what it did not need.
 *
 * With HOBNAIL_TEST_ALL in the environment two calls fail, all pairs of them: minutes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "after/net.h"
#include "sabotage.h"
#include "world.h"

static const struct {
	const char *name;
	EFI_STATUS status;
} ways[] = {
	{ "out of resources", EFI_OUT_OF_RESOURCES }, { "device error", EFI_DEVICE_ERROR },
	{ "not found", EFI_NOT_FOUND },
	{ "buffer too small", EFI_BUFFER_TOO_SMALL }, { "security violation", EFI_SECURITY_VIOLATION },
	{ "timeout", EFI_TIMEOUT }, { "short success", FAULT_SHORT },
};

static const struct world {
	const char *name;
	enum machine machine;
	enum world_kernel kernel;
	bool no_config; /* \boot\modules instead of modules that a configuration names */
	bool processors;
	bool ends;      /* the program comes back */
} worlds[] = {
	{ "x86_64, upper half", FAKE_X86_64, KERNEL_UPPER, .ends = false },
	{ "x86_64, staged, all processors", FAKE_X86_64, KERNEL_STAGED, .processors = true },
	{ "x86_64, no configuration", FAKE_X86_64, KERNEL_UPPER, .no_config = true },
	{ "aarch64, position-independent", FAKE_AARCH64, KERNEL_PIE, .ends = false },
	{ "aarch64, MMU off, all processors", FAKE_AARCH64, KERNEL_MMU_OFF_STAGED, .processors = true },
	{ "aarch64, MMU off", FAKE_AARCH64, KERNEL_MMU_OFF_STAGED, .ends = false },
	{ "x86_64, Limine", FAKE_X86_64, KERNEL_LIMINE, .ends = false },
	{ "aarch64, Limine", FAKE_AARCH64, KERNEL_LIMINE, .ends = false },
	{ "x86_64, EFI program", FAKE_X86_64, KERNEL_EFI, .ends = false },
	{ "aarch64, EFI program that ends", FAKE_AARCH64, KERNEL_EFI, .ends = true },
	{ "x86_64, Multiboot2", FAKE_X86_64, KERNEL_MULTIBOOT2, .ends = false },
	{ "x86_64, Multiboot2 with boot services", FAKE_X86_64, KERNEL_MULTIBOOT2_WITHIN, .ends = false },
};

static unsigned complaints;

static void make(const struct world *w)
{
	world_make(w->machine, w->kernel);
	fake.options.program_ends = w->ends;
	if (w->processors)
		world_ask(HOBNAIL_REQUEST_PROCESSORS, 1);
	if (!w->no_config)
		return;
	world_file("\\hobnail.conf")->path = "\\boot\\modules\\zero.bin";
	world_file("\\boot\\one.bin")->path = "\\boot\\modules\\one.bin";
	world_file("\\boot\\two.bin")->path = "\\boot\\modules\\two.bin";
}

/* Pages that the loader holds when a kernel is entered. */
static unsigned held;

/* The calls of a boot that nothing disturbs. */
static unsigned calls_of(const struct world *w)
{
	make(w);
	fake_run();
	const char *why = w->kernel == KERNEL_EFI ? world_judge() : world_judge_entered();
	if (why)
		fail_msg("%s: %s", w->name, why);
	held = fake.pages;
	return fake.calls;
}

static void say_fault(unsigned i)
{
	const struct fake_fault *f = &fake.faults[i];
	const char *way = "";

	if (!f->call)
		return;
	for (unsigned k = 0; k < COUNT_OF(ways); k++)
		if (ways[k].status == f->status)
			way = ways[k].name;
	const char *subject = f->call <= fake.calls ? fake.trace[f->call - 1].subject : NULL;
	fprintf(stderr, ", call %u (%s%s%s): %s", f->call,
	        f->call <= fake.calls ? fake_service_name(fake.trace[f->call - 1].service) : "never made",
	        subject ? " " : "", subject ? subject : "", way);
}

static void complain(const struct world *w, const char *when, const char *why)
{
	if (!why || complaints++ > 20)
		return;
	fprintf(stderr, "%s", w->name);
	say_fault(0);
	say_fault(1);
	fprintf(stderr, "%s: %s\n", when, why);
}

static void judge(const struct world *w)
{
	const char *why = world_judge();

	if (!why)
		why = world_judge_read_once();
	if (!why)
		why = world_judge_blames();
	complain(w, "", why);
}

/* An attempt that failed is made again in the same process, and nothing disturbs it then. */
static bool again;
static unsigned attempts;

static const struct world *next; /* NULL: the same kernel */

bool sabotage_again(struct boot *b)
{
	(void)b;
	if (!again || ++attempts > 1)
		return false;
	memset(fake.faults, 0, sizeof fake.faults);
	if (next)
		world_another_kernel(next->machine, next->kernel);
	return true;
}

/* What the first attempt has left behind would be in the second one's way, or in its record. */
static void run_twice(const struct world *w, struct fake_fault first, struct fake_fault second)
{
	make(w);
	fake.faults[0] = first;
	fake.faults[1] = second;
	again = true;
	attempts = 0;
	fake_run();
	again = false;
	if (!attempts)
		return; /* it failed before there was anything to boot */
	const char *why = w->kernel == KERNEL_EFI ? world_judge() : world_judge_entered();
	if (!why && !next && fake.pages != held + fake.excused_pages)
		why = "pages of the first attempt are still held";
	fake.faults[0] = first;
	fake.faults[1] = second;
	complain(w, ", and again without", why ? why : world_judge_read_once());
}

static void run_with(const struct world *w, struct fake_fault first, struct fake_fault second)
{
	make(w);
	fake.faults[0] = first;
	fake.faults[1] = second;
	if (fake_run() == FAKE_RETURNED) {
		judge(w);
		run_twice(w, first, second);
	} else {
		judge(w);
	}
}

static void any_call_may_fail_in_any_way(void **state)
{
	(void)state;
	complaints = 0;
	for (unsigned i = 0; i < COUNT_OF(worlds); i++) {
		unsigned calls = calls_of(&worlds[i]);
		for (unsigned n = 1; n <= calls; n++)
			for (unsigned k = 0; k < COUNT_OF(ways); k++)
				run_with(&worlds[i], (struct fake_fault){ n, ways[k].status },
				         (struct fake_fault){ 0 });
	}
	assert_int_equal(complaints, 0);
}

/* The map's buffer is too small, and what the loader does about that fails. */
static void a_map_that_cannot_grow_is_an_error(void **state)
{
	(void)state;
	complaints = 0;
	for (unsigned i = 0; i < COUNT_OF(worlds); i++) {
		unsigned calls = calls_of(&worlds[i]);
		for (unsigned n = 1; n <= calls; n++) {
			calls_of(&worlds[i]);
			if (fake.trace[n - 1].service != SERVICE_GET_MAP)
				continue;
			for (unsigned k = 0; k < 4 * COUNT_OF(ways); k++)
				run_with(&worlds[i], (struct fake_fault){ n, EFI_BUFFER_TOO_SMALL },
				         (struct fake_fault){ n + 1 + k / COUNT_OF(ways),
				                              ways[k % COUNT_OF(ways)].status });
		}
	}
	assert_int_equal(complaints, 0);
}

/* A kernel whose MMU is off, after one that was to have page tables, and the other way round. */
static void another_kind_of_kernel_may_follow(void **state)
{
	static const unsigned pairs[][2] = { { 3, 5 }, { 5, 3 }, { 4, 3 }, { 3, 4 } };
	static unsigned second;

	(void)state;
	complaints = second = 0;
	for (unsigned i = 0; i < COUNT_OF(pairs); i++) {
		const struct world *w = &worlds[pairs[i][0]];
		next = &worlds[pairs[i][1]];
		for (unsigned n = calls_of(w); n; n--) {
			run_twice(w, (struct fake_fault){ n, EFI_OUT_OF_RESOURCES }, (struct fake_fault){ 0 });
			second += attempts;
			if (attempts && handoff.mode.mmu_off &&
			    (net.window || handoff.root || handoff.transition_first))
				complain(w, ", and then another", "tables of the first kernel are left");
		}
	}
	next = NULL;
	assert_int_equal(complaints, 0);
	assert_true(second > 50);
}

/* The second of a pair may hit a call that only the first one's failure causes: giving back, reporting. */
static void any_two_calls_may_fail_in_any_way(void **state)
{
	(void)state;
	complaints = 0;
	for (unsigned i = 0; i < COUNT_OF(worlds); i++) {
		unsigned calls = calls_of(&worlds[i]);
		for (unsigned n = 1; n <= calls; n++)
			for (unsigned m = n + 1; m <= calls + 40; m++)
				for (unsigned k = 0; k < COUNT_OF(ways) * COUNT_OF(ways); k++)
					run_with(&worlds[i], (struct fake_fault){ n, ways[k / COUNT_OF(ways)].status },
					         (struct fake_fault){ m, ways[k % COUNT_OF(ways)].status });
	}
	assert_int_equal(complaints, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_call_may_fail_in_any_way),
		cmocka_unit_test(a_map_that_cannot_grow_is_an_error),
		cmocka_unit_test(another_kind_of_kernel_may_follow),
		cmocka_unit_test(any_two_calls_may_fail_in_any_way), /* last: it takes long */
	};

	return _cmocka_run_group_tests("firmware/failure", tests, COUNT_OF(tests) - !getenv("HOBNAIL_TEST_ALL"), NULL,
	                               NULL);
}
