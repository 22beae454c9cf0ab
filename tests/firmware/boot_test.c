/* The loader's own C, whole, over a firmware that serves it well: what a boot asks for, and what it leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "after/cpus.h"
#include "log.h"
#include "sabotage.h"
#include "world.h"

static void judged(const char *why)
{
	if (why)
		fail_msg("%s", why);
}

static void boots(enum machine machine, enum world_kernel kernel)
{
	world_make(machine, kernel);
	fake_run();
	judged(world_judge_entered());
	judged(world_judge());
	judged(world_judge_read_once());
}

static void boots_and_tells_the_truth(void **state)
{
	(void)state;
	boots(FAKE_X86_64, KERNEL_UPPER);
	const struct hobnail_boot *r = world_record();
	assert_string_equal(hobnail_text(r, r->cmdline), "hello world");
	assert_int_equal(r->modules.count, 2);
	assert_int_equal(r->cpus.count, WORLD_CPUS + 1);
	assert_int_equal(r->framebuffers.count, 1);
	assert_int_equal(((const struct hobnail_framebuffer *)hobnail_entry(r, &r->framebuffers, 0))->width, 64);
	assert_int_equal(r->boot_time, 1709208000);
	assert_int_equal(r->entropy[63], 0xa5);
	assert_string_equal(fake.console, "");
}

/* docs/protocol.md, P9. */
static void stages_are_complete_and_their_counters_ascend(void **state)
{
	static const uint32_t order[] = {
		HOBNAIL_STAGE_START, HOBNAIL_STAGE_CONFIG, HOBNAIL_STAGE_KERNEL, HOBNAIL_STAGE_MODULES,
		HOBNAIL_STAGE_SPACE, HOBNAIL_STAGE_RECORD, HOBNAIL_STAGE_PREFLIGHT, HOBNAIL_STAGE_EXIT,
	};
	uint64_t last = 0;

	(void)state;
	boots(FAKE_X86_64, KERNEL_UPPER);
	const struct hobnail_boot *r = world_record();
	assert_int_equal(r->stages.count, COUNT_OF(order));
	for (uint32_t i = 0; i < r->stages.count; i++) {
		const struct hobnail_stage *s = hobnail_entry(r, &r->stages, i);
		assert_int_equal(s->stage, order[i]);
		assert_int_equal(s->reserved, 0);
		assert_true(s->counter > last);
		last = s->counter;
	}
	assert_true(last <= fake.counter);
}

static void boots_every_kind_of_kernel(void **state)
{
	(void)state;
	boots(FAKE_X86_64, KERNEL_PIE);
	boots(FAKE_X86_64, KERNEL_STAGED);
	assert_int_equal(handoff.move_count, 1);
	boots(FAKE_AARCH64, KERNEL_UPPER);
	boots(FAKE_AARCH64, KERNEL_PIE);
	boots(FAKE_AARCH64, KERNEL_STAGED);
}

/* The tree of the fake machine says HVC; the firmware that would answer ran at EL2, and has left. */
static void hvc_of_a_firmware_at_el2_is_no_conduit(void **state)
{
	(void)state;
	world_make(FAKE_AARCH64, KERNEL_UPPER);
	fake.options.rsdp = 0;
	fake.options.facts.firmware_level = 1;
	fake_run();
	judged(world_judge_entered());
	assert_int_equal(world_record()->psci, HOBNAIL_PSCI_HVC);

	world_make(FAKE_AARCH64, KERNEL_UPPER);
	fake.options.rsdp = 0;
	fake_run();
	judged(world_judge_entered());
	assert_int_equal(world_record()->psci, HOBNAIL_PSCI_NONE);
}

/* world_judge_entered() compares what was cleaned with what the protocol promises. */
static void cleans_what_a_kernel_reads_with_its_cache_off(void **state)
{
	(void)state;
	boots(FAKE_AARCH64, KERNEL_MMU_OFF);
	assert_true(handoff.mode.mmu_off);
	boots(FAKE_AARCH64, KERNEL_MMU_OFF_STAGED);
	assert_int_equal(handoff.move_count, 1);
}

/* More for the hand-off to touch, two tables each: a pool of tables runs out sooner. */
static unsigned far_pages;

void sabotage_space(struct boot *b)
{
	(void)b;
	for (unsigned i = 0; i < far_pages; i++)
		assert_int_equal(handoff_touch(&handoff, GIB(8) * (i + 1), PAGE_BYTES, false, false, NULL), OK);
}

/* Pools are reached through the transition space themselves, whatever was being mapped when the one before was used
 * up. The display needs five tables of its own. */
static void with_the_mmu_off_tables_may_run_out_at_any_time(void **state)
{
	static const enum world_kernel kernels[] = { KERNEL_MMU_OFF, KERNEL_MMU_OFF_STAGED };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(kernels); i++)
		for (far_pages = 0; far_pages < 30; far_pages++) {
			world_make(FAKE_AARCH64, kernels[i]);
			fake.options.mode.FrameBufferBase = TIB(1) / 2 - PAGE_BYTES;
			fake_run();
			judged(world_judge());
			if (fake.outcome != FAKE_ENTERED)
				fail_msg("%u pages: %s", far_pages, fake.console);
		}
	far_pages = 0;
}

/* ---- Other processors ---------------------------------------------------------------------------------- */

static const struct hobnail_grant *granted(uint32_t request)
{
	const struct hobnail_boot *r = world_record();

	for (uint32_t i = 0; i < r->granted.count; i++)
		if (((const struct hobnail_grant *)hobnail_entry(r, &r->granted, i))->request == request)
			return hobnail_entry(r, &r->granted, i);
	return NULL;
}

static void boots_with_processors(enum machine machine, enum world_kernel kernel, uint32_t silent)
{
	world_make(machine, kernel);
	world_ask(HOBNAIL_REQUEST_PROCESSORS | HOBNAIL_REQUIRED, 1);
	fake.options.silent = silent;
	fake_run();
	judged(world_judge());
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_non_null(granted(HOBNAIL_REQUEST_PROCESSORS));
	assert_int_equal(handoff.cpu_count, WORLD_CPUS - 1);
}

/* world_judge() looks at stacks, guards, mailboxes, flags and what is cleaned. */
static void every_processor_waits_with_a_stack_of_its_own(void **state)
{
	(void)state;
	boots_with_processors(FAKE_X86_64, KERNEL_UPPER, 0);
	boots_with_processors(FAKE_X86_64, KERNEL_STAGED, 0);
	boots_with_processors(FAKE_AARCH64, KERNEL_PIE, 0);
	boots_with_processors(FAKE_AARCH64, KERNEL_MMU_OFF, 0);
	boots_with_processors(FAKE_AARCH64, KERNEL_MMU_OFF_STAGED, 0);
}

static void who_does_not_ask_gets_no_processors(void **state)
{
	(void)state;
	boots(FAKE_X86_64, KERNEL_UPPER);
	assert_false(fake.prepared);
	assert_int_equal(handoff.cpu_count, 0);
	for (unsigned i = 0; i < fake.event_count; i++)
		assert_int_not_equal(fake.events[i].kind, EVENT_CPUS);
}

static void a_switch_that_is_off_asks_for_nothing(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_PROCESSORS, 0);
	fake_run();
	judged(world_judge_entered());
	assert_false(fake.prepared);
}

static void a_silent_processor_is_named_and_stopped(void **state)
{
	const struct hobnail_boot *r;
	unsigned stopped = 0;

	(void)state;
	boots_with_processors(FAKE_X86_64, KERNEL_UPPER, 2);
	r = world_record();
	assert_non_null(strstr(fake.serial, "\nhobnail: CPU 3 (id 6) did not answer a call in 2000 ms\n"));
	assert_non_null(strstr(loader_log.text, "CPU 3 (id 6) did not answer a call in 2000 ms\n"));
	assert_int_equal(r->log_bytes, loader_log.used);
	for (unsigned i = 0; i < fake.event_count; i++)
		stopped += fake.events[i].kind == EVENT_CPU_STOP && fake.events[i].bytes == 1;
	assert_int_equal(stopped, 1);
}

/* Whoever has not answered may be the one that reports: the boot processor leaves it alone, and starts no kernel. */
static void a_fault_at_the_start_is_the_end(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_PROCESSORS, 1);
	fake.options.silent = 2;
	fake.options.faults_at_start = true;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_HALTED);
	assert_null(strstr(fake.serial, "did not answer"));
	for (unsigned i = 0; i < fake.event_count; i++)
		assert_true(fake.events[i].kind != EVENT_CPU_STOP && fake.events[i].kind != EVENT_ENTER);
}

static void what_the_architecture_keeps_begins_as_zero(void **state)
{
	(void)state;
	boots_with_processors(FAKE_AARCH64, KERNEL_UPPER, 0);
	uint64_t list = align_up(handoff.cpu_count * sizeof(struct handoff_cpu), PAGE_BYTES);
	const uint8_t *areas = (const uint8_t *)(uintptr_t)handoff.cpus_phys + list;
	for (size_t i = 0; i < (size_t)handoff.cpu_count * arch_cpu_bytes; i++)
		assert_int_equal(areas[i], 0);
}

static void without_low_memory_a_request_is_dropped_or_an_error(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_PROCESSORS, 1);
	fake.options.low_end = ARENA;
	fake_run();
	judged(world_judge_entered());
	assert_null(granted(HOBNAIL_REQUEST_PROCESSORS));
	assert_non_null(strstr(loader_log.text, "the request for processors is optional and cannot be granted\n"));

	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_PROCESSORS | HOBNAIL_REQUIRED, 1);
	fake.options.low_end = ARENA;
	fake_run();
	judged(world_judge());
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_true(world_said("cannot prepare the processors for \\boot\\kernel.elf: "));
	assert_true(world_said("(ERR_CPUS_LOW_MEMORY"));
}

/* After a boot: a processor that has answered waits until its entry is there, and takes what stands beside it. */
static struct hobnail_mailbox *mailbox;
static unsigned waits;
static void (*parked)(void);

static void release_after_three(void)
{
	if (++waits == 3)
		*mailbox = (struct hobnail_mailbox){ 0x1000, 0x2000, 0x3000, HOBNAIL_MAILBOX_WAITING, { 0 } };
}

static void stop_after_three(void)
{
	handoff.stopped = ++waits == 3;
}

static void park(void (*waiting)(void), uint32_t state)
{
	static struct handoff_cpu c;

	boots_with_processors(FAKE_X86_64, KERNEL_UPPER, 0);
	c = handoff.cpus[0];
	mailbox = (struct hobnail_mailbox *)(uintptr_t)(c.listed + offsetof(struct hobnail_cpu, mailbox));
	c.mailbox = (uintptr_t)mailbox;
	c.state = state;
	waits = 0;
	fake.waiting = waiting;
	fake.parked = parked;
	if (!setjmp(fake.out))
		cpus_park(&c);
}

static void a_parked_processor_takes_its_mailbox(void **state)
{
	(void)state;
	park(release_after_three, HANDOFF_CPU_STARTING);
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_equal(waits, 3);
	assert_int_equal(mailbox->state, HOBNAIL_MAILBOX_TAKEN);
	assert_int_equal(fake.released.entry, 0x1000);
	assert_int_equal(fake.released.argument, 0x2000);
	assert_int_equal(fake.released.root, 0x3000);
}

static void release_at_once(void)
{
	waits = 2;
	release_after_three();
	waits = 0;
}

/* It has put its caches in order before it looks, since it may not have to wait. */
static void a_processor_can_be_released_before_it_looks(void **state)
{
	(void)state;
	parked = release_at_once;
	park(release_after_three, HANDOFF_CPU_STARTING);
	parked = NULL;
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_equal(waits, 0);
	assert_int_equal(fake.released.entry, 0x1000);
}

static void a_parked_processor_stops_after_a_fault(void **state)
{
	(void)state;
	park(stop_after_three, HANDOFF_CPU_STARTING);
	assert_int_equal(fake.outcome, FAKE_HALTED);
	assert_int_equal(waits, 3);
}

static void a_processor_that_comes_too_late_stops(void **state)
{
	(void)state;
	park(release_after_three, HANDOFF_CPU_SILENT);
	assert_int_equal(fake.outcome, FAKE_HALTED);
	assert_int_equal(waits, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boots_and_tells_the_truth),
		cmocka_unit_test(stages_are_complete_and_their_counters_ascend),
		cmocka_unit_test(boots_every_kind_of_kernel),
		cmocka_unit_test(hvc_of_a_firmware_at_el2_is_no_conduit),
		cmocka_unit_test(cleans_what_a_kernel_reads_with_its_cache_off),
		cmocka_unit_test(with_the_mmu_off_tables_may_run_out_at_any_time),
		cmocka_unit_test(every_processor_waits_with_a_stack_of_its_own),
		cmocka_unit_test(who_does_not_ask_gets_no_processors),
		cmocka_unit_test(a_switch_that_is_off_asks_for_nothing),
		cmocka_unit_test(a_silent_processor_is_named_and_stopped),
		cmocka_unit_test(a_fault_at_the_start_is_the_end),
		cmocka_unit_test(what_the_architecture_keeps_begins_as_zero),
		cmocka_unit_test(a_processor_can_be_released_before_it_looks),
		cmocka_unit_test(without_low_memory_a_request_is_dropped_or_an_error),
		cmocka_unit_test(a_parked_processor_takes_its_mailbox),
		cmocka_unit_test(a_parked_processor_stops_after_a_fault),
		cmocka_unit_test(a_processor_that_comes_too_late_stops),
	};

	return cmocka_run_group_tests_name("firmware/boot", tests, NULL, NULL);
}
