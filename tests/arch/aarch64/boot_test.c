/* The loader with all of loader/arch/aarch64/'s C, on the host: what is cleaned before somebody reads it without
 * caches, and how other processors are started. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arch/views.h"
#include "cpu.h"
#include "after/cpus.h"
#include "image.h"
#include "log.h"
#include "machine.h"

static void judged(const char *why)
{
	if (why)
		fail_msg("%s", why);
}

/* world_judge() compares what is cleaned and made visible with the protocol's promises; the machine sees to the
 * rest. */
static void run_boot(void)
{
	fake_run();
	if (machine_failure[0])
		fail_msg("%s", machine_failure);
	judged(world_judge());
}

static void make(unsigned level, enum world_kernel kernel, uint64_t wanted)
{
	machine_reset(level);
	world_make(FAKE_AARCH64, kernel);
	if (wanted != HOBNAIL_LEVEL_EL1)
		world_ask(HOBNAIL_REQUEST_LEVEL, wanted);
}

static void boots(unsigned level, enum world_kernel kernel, uint64_t wanted)
{
	make(level, kernel, wanted);
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
}

static void what_is_read_without_caches_is_in_memory(void **state)
{
	(void)state;
	for (unsigned level = 1; level <= 2; level++) {
		boots(level, KERNEL_UPPER, HOBNAIL_LEVEL_EL1);
		boots(level, KERNEL_STAGED, HOBNAIL_LEVEL_EL1);
		boots(level, KERNEL_MMU_OFF, HOBNAIL_LEVEL_EL1);
		boots(level, KERNEL_MMU_OFF_STAGED, HOBNAIL_LEVEL_EL1);
	}
	boots(2, KERNEL_STAGED, HOBNAIL_LEVEL_EL2);
	boots(2, KERNEL_MMU_OFF, HOBNAIL_LEVEL_EL2);
	boots(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL2_VHE);
	boots(2, KERNEL_MMU_OFF_STAGED, HOBNAIL_LEVEL_EL2_VHE);
}

/* CTR_EL0 says how long they are. */
static void lines_may_be_longer(void **state)
{
	(void)state;
	for (uint64_t bytes = 32; bytes <= 2048; bytes *= 2) {
		make(2, KERNEL_MMU_OFF_STAGED, HOBNAIL_LEVEL_EL1);
		machine_line(bytes);
		run_boot();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
	}
}

/* docs/protocol.md, "aarch64": what a processor has when it enters the kernel. */
static void each_level_has_its_own_regime(void **state)
{
	(void)state;
	boots(1, KERNEL_UPPER, HOBNAIL_LEVEL_EL1);
	assert_int_equal(machine.cpus[0].switched.route, ROUTE_EL1);
	assert_int_equal(machine.cpus[0].switched.ttbr0, handoff.transition);
	assert_int_equal(machine.cpus[0].switched.ttbr1, handoff.root);
	assert_int_equal(machine_register(0, "ttbr0_el1"), handoff.lower_root);
	assert_int_equal(machine.cpus[0].entry, world_record()->entry_virt);
	assert_int_equal(machine.cpus[0].argument, handoff.argument);
	assert_int_equal(machine.cpus[0].stack, world_record()->stack_virt + world_record()->stack_bytes);

	boots(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL1);
	assert_int_equal(machine.cpus[0].switched.route, ROUTE_EL2_TO_EL1);
	assert_int_equal(machine.cpus[0].switched.hcr & (HCR_E2H | HCR_TGE), 0);
	boots(2, KERNEL_STAGED, HOBNAIL_LEVEL_EL2);
	assert_int_equal(machine.cpus[0].switched.route, ROUTE_EL2);
	assert_int_equal(machine_register(0, "ttbr0_el2"), handoff.root);
	boots(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL2_VHE);
	assert_int_equal(machine.cpus[0].switched.route, ROUTE_EL2_VHE);
	assert_int_equal(machine.cpus[0].switched.hcr & (HCR_E2H | HCR_TGE), HCR_E2H | HCR_TGE);
	assert_int_equal(machine_register(0, "ttbr0_el1"), handoff.lower_root);
}

/* ..., the table. Bits by name are those of the Arm ARM; values are the document's. */
static void the_regime_is_exactly_as_in_the_table(void **state)
{
	const uint64_t both = 16 | 16ull << 16 | 5ull << 8 | 3ull << 12 | 5ull << 24 | 3ull << 28 | 2ull << 30 |
	                      5ull << 32;
	const struct switch_state *s = &machine.cpus[0].switched;
	const uint64_t mcisa = BIT(0) | BIT(2) | BIT(12) | BIT(3);

	(void)state;
	for (unsigned trap = 0; trap < 2; trap++) {
		make(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL1);
		world_ask(HOBNAIL_REQUEST_FP, trap ? HOBNAIL_FP_TRAP : HOBNAIL_FP_USABLE);
		run_boot();
		assert_int_equal(s->tcr, both);
		assert_int_equal(s->mair, 0x4404ff);
		assert_int_equal(s->sctlr & (mcisa | 0x30c00000), mcisa | 0x30c00000);
		assert_int_equal(s->sctlr & (BIT(1) | BIT(19) | BIT(25) | BIT(13) | BIT(27) | BIT(30) | BIT(31)), 0);
		assert_int_equal(s->cpacr, trap ? 0 : 3 << 20);
		assert_int_equal(s->cptr, 0x32ff);
		assert_int_equal(s->cnthctl, 3);
		assert_int_equal(s->vbar - handoff.net_virt, net_vectors - image_base);
		assert_int_equal(s->vbar_el2 - handoff.net_phys, park_vectors - image_base);
	}
	boots(2, KERNEL_STAGED, HOBNAIL_LEVEL_EL2);
	assert_int_equal(s->tcr, 16 | 5 << 8 | 3 << 12 | 5 << 16 | BIT(23) | BIT(31));
	assert_int_equal(s->cptr, 0x32ff | BIT(8) | BIT(12)); /* TZ, and bit 12: RES1 or TSM */
	make(2, KERNEL_STAGED, HOBNAIL_LEVEL_EL2);
	world_ask(HOBNAIL_REQUEST_FP, HOBNAIL_FP_TRAP);
	run_boot();
	assert_int_equal(s->cptr, 0x32ff | BIT(8) | BIT(12) | BIT(10)); /* TFP */
	boots(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL2_VHE);
	assert_int_equal(s->tcr, both);
	assert_int_equal(s->cptr, 3 << 20);
	assert_int_equal(s->cnthctl, 3 << 10);
}

#define LPA2 (1ull << 28) /* ID_AA64MMFR0_EL1.TGran4 */

/* docs/limine.md, L85, L86: 52 bits for all processors, where there is FEAT_LPA2. */
static void five_levels_are_52_bits_on_every_processor(void **state)
{
	const uint64_t both = 12 | 12ull << 16 | 5ull << 8 | 3ull << 12 | 5ull << 24 | 3ull << 28 | 2ull << 30 |
	                      BIT(59);

	(void)state;
	for (unsigned level = 1; level <= 2; level++)
		for (uint64_t range = 5; range <= 6; range++) {
			make(level, KERNEL_LIMINE, HOBNAIL_LEVEL_EL1);
			machine_has("id_aa64mmfr0_el1", range | LPA2);
			world_limine_needs_five();
			world_fadt(0, 1); /* there is PSCI */
			run_boot();
			assert_int_equal(fake.outcome, FAKE_ENTERED);
			assert_int_equal(handoff.mode.paging_levels, 5);
			assert_int_equal(handoff.mode.level, level == 2 ? HOBNAIL_LEVEL_EL2_VHE : HOBNAIL_LEVEL_EL1);
			assert_int_equal(machine.cpus[0].switched.tcr, both | range << 32);
			assert_int_equal(handoff.direct_map, 0xfff0000000000000);
			assert_int_equal(handoff.transition_first, 0);
			assert_int_equal(machine_register(0, "ttbr0_el1"), handoff.lower_root);
			assert_true(handoff.cpu_count && machine.cpus[1].parked);
			assert_int_equal(machine.cpus[1].switched.tcr, both | range << 32);
		}
}

/* TGran4 is 0, or says that there is no such granule at all. */
static void without_lpa2_or_a_wish_there_are_four_levels(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		make(1, KERNEL_LIMINE, HOBNAIL_LEVEL_EL1);
		machine_has("id_aa64mmfr0_el1", 5 | (i ? 15 * LPA2 : 0));
		run_boot();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
		assert_int_equal(handoff.mode.paging_levels, 4);
		assert_int_equal(machine.cpus[0].switched.tcr & (BIT(59) | 63), 16);
	}
	make(1, KERNEL_UPPER, HOBNAIL_LEVEL_EL1); /* of our own protocol: that request is x86_64's */
	machine_has("id_aa64mmfr0_el1", 5 | LPA2);
	world_ask(HOBNAIL_REQUEST_PAGING, 5);
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_equal(handoff.mode.paging_levels, 4);
	make(1, KERNEL_LIMINE, HOBNAIL_LEVEL_EL1);
	world_limine_needs_five();
	run_boot();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_true(world_said("(ERR_PAGING_LEVELS"));
}

/* What a firmware, or a debugger before it, may have left. */
static void nothing_is_inherited(void **state)
{
	static const char *const always[] = { "cntp_ctl_el0", "cntv_ctl_el0", MACHINE_NAME(FPCR), MACHINE_NAME(FPSR),
	                                      "mdscr_el1", "contextidr_el1", "tpidr_el1", "tpidr_el0", "tpidrro_el0" };
	static const char *const vhe[] = { MACHINE_NAME(CNTP_CTL_EL02), MACHINE_NAME(CNTV_CTL_EL02) };

	(void)state;
	for (uint64_t wanted = HOBNAIL_LEVEL_EL1; wanted <= HOBNAIL_LEVEL_EL2_VHE; wanted++) {
		make(2, wanted == HOBNAIL_LEVEL_EL2 ? KERNEL_STAGED : KERNEL_UPPER, wanted);
		for (unsigned i = 0; i < COUNT_OF(always); i++)
			machine_has(always[i], 0xbad);
		for (unsigned i = 0; i < COUNT_OF(vhe); i++)
			machine_has(vhe[i], 0xbad);
		machine_has("cntkctl_el1", 0xbad);
		run_boot();
		for (unsigned i = 0; i < COUNT_OF(always); i++)
			assert_int_equal(machine_register(0, always[i]), 0);
		for (unsigned i = 0; i < COUNT_OF(vhe); i++)
			assert_int_equal(machine_register(0, vhe[i]), wanted == HOBNAIL_LEVEL_EL2_VHE ? 0 : 0xbad);
		assert_int_equal(machine_register(0, "cntkctl_el1"), wanted == HOBNAIL_LEVEL_EL1 ? 0 : 0xbad);
	}
}

/* They change what descriptors and SCTLR mean. */
static void newer_registers_are_cleared_where_they_are(void **state)
{
	static const struct { const char *id; unsigned shift; uint64_t has; } newer[] = {
		{ MACHINE_NAME(ID_AA64MMFR3_EL1), 0, 1 << SWITCH_HAS_TCR2 },
		{ MACHINE_NAME(ID_AA64MMFR3_EL1), 4, 1 << SWITCH_HAS_SCTLR2 },
		{ "id_aa64pfr1_el1", 44, 1 << SWITCH_HAS_GCS },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(newer); i++) {
		make(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL1);
		machine_has(newer[i].id, 1ull << newer[i].shift);
		run_boot();
		assert_int_equal(machine.cpus[0].switched.extensions, newer[i].has);
	}
}

/* Firmware that runs with E2H = 1 is no sign of a processor that cannot run without it. */
static void firmware_with_e2h_starts_a_kernel_at_every_level(void **state)
{
	(void)state;
	for (uint64_t wanted = HOBNAIL_LEVEL_EL1; wanted <= HOBNAIL_LEVEL_EL2_VHE; wanted++) {
		make(2, wanted == HOBNAIL_LEVEL_EL2 ? KERNEL_STAGED : KERNEL_UPPER, wanted);
		machine.host = true;
		run_boot();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
		assert_int_equal(machine.tried, 1);
		assert_int_equal(machine.cpus[0].switched.hcr & HCR_E2H, wanted == HOBNAIL_LEVEL_EL2_VHE ? HCR_E2H : 0);
	}
}

/* It says so, or is known by what it does (see host_is_fixed()); then it is not tried. */
static void a_processor_whose_e2h_is_fixed_runs_no_kernel_without_it(void **state)
{
	(void)state;
	for (unsigned says = 0; says < 2; says++)
		for (uint64_t wanted = HOBNAIL_LEVEL_EL1; wanted <= HOBNAIL_LEVEL_EL2_VHE; wanted++) {
			make(2, wanted == HOBNAIL_LEVEL_EL2 ? KERNEL_STAGED : KERNEL_UPPER, wanted);
			machine.host = machine.host_is_fixed = true;
			if (says)
				machine_has(MACHINE_NAME(ID_AA64MMFR4_EL1), 0xeull << 24);
			run_boot();
			assert_int_equal(machine.tried, !says);
			if (wanted == HOBNAIL_LEVEL_EL2_VHE) {
				assert_int_equal(fake.outcome, FAKE_ENTERED);
				continue;
			}
			assert_int_equal(fake.outcome, FAKE_RETURNED);
			assert_true(world_said("(ERR_LEVEL_E2H_FIXED"));
		}
}

/* It is a matter of EL2, and of E2H = 1. */
static void where_e2h_is_0_nothing_is_tried(void **state)
{
	(void)state;
	for (unsigned level = 1; level <= 2; level++) {
		boots(level, KERNEL_UPPER, HOBNAIL_LEVEL_EL1);
		assert_int_equal(machine.tried, 0);
	}
}

/* ---- Other processors ---------------------------------------------------------------------------------- */

enum { SMC = 1, HVC = 3 };

static void make_processors(unsigned level, enum world_kernel kernel, uint64_t wanted, uint32_t required)
{
	make(level, kernel, wanted);
	world_ask(HOBNAIL_REQUEST_PROCESSORS | required, 1);
	world_fadt(0, SMC);
}

/* Others are the second and the fourth of the machine, ids 2 and 6. */
static void starts(unsigned level, enum world_kernel kernel, uint64_t wanted)
{
	make_processors(level, kernel, wanted, HOBNAIL_REQUIRED);
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_equal(handoff.cpu_count, 2);
	assert_int_equal(machine.smc, 2);
	assert_int_equal(machine.hvc, 0);
	for (unsigned i = 1; i < MACHINE_CPUS; i += 2) {
		const struct handoff_cpu *c = (const struct handoff_cpu *)(uintptr_t)handoff.cpus_phys + i / 2;
		struct switch_state expected = machine.cpus[0].switched;
		expected.stack = c->stack;
		expected.target = machine.cpus[i].switched.target;
		assert_true(machine.cpus[i].parked);
		assert_int_equal(machine.cpus[i].uncached, handoff.mode.mmu_off);
		assert_memory_equal(&machine.cpus[i].switched, &expected, sizeof expected);
	}
	assert_false(machine.cpus[2].ran);
}

static void every_processor_goes_the_boot_processors_way(void **state)
{
	(void)state;
	for (unsigned level = 1; level <= 2; level++) {
		starts(level, KERNEL_UPPER, HOBNAIL_LEVEL_EL1);
		starts(level, KERNEL_MMU_OFF, HOBNAIL_LEVEL_EL1);
		starts(level, KERNEL_MMU_OFF_STAGED, HOBNAIL_LEVEL_EL1);
	}
	starts(2, KERNEL_STAGED, HOBNAIL_LEVEL_EL2);
	starts(2, KERNEL_MMU_OFF, HOBNAIL_LEVEL_EL2);
	starts(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL2_VHE);
}

/* What they have written at entry, by name: the same for all. */
static void every_processor_has_the_boot_processors_registers(void **state)
{
	(void)state;
	starts(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL1);
	for (unsigned i = 0; i < machine.cpus[0].write_count; i++) {
		const char *name = machine.cpus[0].written[i].name;
		if (strncmp(name, "far_", 4) == 0 || strcmp(name, "vmpidr_el2") == 0)
			continue;
		assert_int_equal(machine_register(1, name), machine_register(0, name));
	}
	assert_int_equal(machine_register(1, "vmpidr_el2"), 2 | BIT(31));
}

static void the_conduit_is_the_tables_to_say(void **state)
{
	(void)state;
	make_processors(1, KERNEL_UPPER, HOBNAIL_LEVEL_EL1, HOBNAIL_REQUIRED);
	world_fadt(0, HVC);
	run_boot();
	assert_int_equal(machine.smc, 0);
	assert_int_equal(machine.hvc, 2);
	assert_true(machine.cpus[3].parked);
}

/* Without a time-out: nobody is waited for who will not come. */
static void what_psci_says_is_passed_on(void **state)
{
	static const struct { int32_t code; const char *text; } answers[] = {
		{ -1, "not supported (-1)" }, { -2, "invalid parameters (-2)" }, { -3, "denied (-3)" },
		{ -4, "already on (-4)" }, { -5, "on pending (-5)" }, { -6, "internal failure (-6)" },
		{ -7, "not present (-7)" }, { -8, "disabled (-8)" }, { -9, "invalid address (-9)" },
		{ -10, "an unknown error (-10)" }, { 7, "an unknown error (7)" },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(answers); i++) {
		char line[100];
		make_processors(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL1, HOBNAIL_REQUIRED);
		machine.cpus[1].psci = answers[i].code;
		fake.options.silent = 1;
		run_boot();
		snprintf(line, sizeof line, "CPU 1 (MPIDR 2) cannot be started: PSCI CPU_ON says %s\n",
		         answers[i].text);
		assert_non_null(strstr(loader_log.text, line));
		assert_null(strstr(loader_log.text, "did not answer"));
		assert_int_equal(fake.outcome, FAKE_ENTERED);
		assert_true(machine.cpus[3].parked);
		assert_true(fake.counter < CPUS_PATIENCE_MS * 1000);
	}
}

static void one_that_never_comes_is_given_up_and_named(void **state)
{
	(void)state;
	make_processors(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL1, HOBNAIL_REQUIRED);
	machine.cpus[3].dead = true;
	fake.options.silent = 2;
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_non_null(strstr(loader_log.text, "CPU 3 (MPIDR 6) did not answer its start in 2000 ms\n"));
	assert_true(fake.counter >= CPUS_PATIENCE_MS * 1000);
	assert_true(machine.cpus[1].parked);
}

static void patience_begins_anew_with_every_answer(void **state)
{
	(void)state;
	make_processors(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL1, HOBNAIL_REQUIRED);
	machine.cpus[1].after_ms = CPUS_PATIENCE_MS * 3 / 4;
	machine.cpus[3].after_ms = CPUS_PATIENCE_MS * 3 / 2;
	run_boot();
	assert_true(machine.cpus[1].parked && machine.cpus[3].parked);
}

/* It looks at its entry, in memory, before anything else. */
static void one_that_comes_too_late_stops(void **state)
{
	(void)state;
	make_processors(2, KERNEL_UPPER, HOBNAIL_LEVEL_EL1, HOBNAIL_REQUIRED);
	machine.cpus[1].late = true;
	fake.options.silent = 1;
	run_boot();
	assert_true(machine.cpus[1].halted);
	assert_int_equal(machine.cpus[1].switched.target, 0);
}

static void comes_up_at(unsigned level, uint64_t wanted, enum world_kernel kernel, bool fits)
{
	make_processors(2, kernel, wanted, HOBNAIL_REQUIRED);
	machine.cpus[1].level = level;
	fake.options.silent = !fits;
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_equal(machine.cpus[1].parked, fits);
	assert_int_equal(machine.cpus[1].halted, !fits);
}

/* What it says of that it writes with its caches off. */
static void a_level_from_where_there_is_no_way_is_named(void **state)
{
	(void)state;
	comes_up_at(1, HOBNAIL_LEVEL_EL1, KERNEL_UPPER, true);
	assert_int_equal(machine.cpus[1].switched.route, ROUTE_EL1);
	comes_up_at(1, HOBNAIL_LEVEL_EL2, KERNEL_STAGED, false);
	assert_non_null(strstr(loader_log.text, "CPU 1 (MPIDR 2) came up at EL1, from where it cannot get"));
	comes_up_at(1, HOBNAIL_LEVEL_EL2_VHE, KERNEL_UPPER, false);
	comes_up_at(3, HOBNAIL_LEVEL_EL1, KERNEL_UPPER, false);
	assert_non_null(strstr(loader_log.text, "CPU 1 (MPIDR 2) came up at EL3, from where it cannot get"));
}

/* ---- Spin tables --------------------------------------------------------------------------------------- */

enum { SPIN_1 = ARENA_TREE + 0xf000, SPIN_2 = SPIN_1 + 16 };

static void make_spin_tables(enum world_kernel kernel, paddr first, paddr second, uint32_t required)
{
	make(2, kernel, HOBNAIL_LEVEL_EL1);
	world_ask(HOBNAIL_REQUEST_PROCESSORS | required, 1);
	world_spin_tables((const paddr[]){ first, second }, 2);
	machine.cpus[1].release = first;
	machine.cpus[2].release = second;
}

static void a_spin_table_is_read_from_memory(void **state)
{
	(void)state;
	for (enum world_kernel kernel = KERNEL_UPPER; kernel <= KERNEL_MMU_OFF_STAGED; kernel++) {
		make_spin_tables(kernel, SPIN_1, SPIN_2, HOBNAIL_REQUIRED);
		run_boot();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
		assert_true(machine.cpus[1].parked && machine.cpus[2].parked);
		assert_int_equal(machine.smc + machine.hvc, 0);
	}
}

/* Where it would have begun may be another's memory later. */
static void who_is_given_up_finds_no_entry_any_more(void **state)
{
	(void)state;
	make_spin_tables(KERNEL_UPPER, SPIN_1, SPIN_2, HOBNAIL_REQUIRED);
	machine.cpus[2].dead = true;
	fake.options.silent = 2;
	run_boot();
	assert_int_equal(views_memory(SPIN_2), 0);
	assert_int_not_equal(views_memory(SPIN_1), 0);
	assert_non_null(strstr(loader_log.text, "CPU 2 (MPIDR 4) did not answer its start in 2000 ms\n"));
}

static void who_has_neither_spin_table_nor_psci_is_named(void **state)
{
	(void)state;
	make_spin_tables(KERNEL_UPPER, ARENA_DEVICE, SPIN_2, HOBNAIL_REQUIRED);
	machine.cpus[1].release = 0;
	fake.options.silent = 1;
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_non_null(strstr(loader_log.text, "CPU 1: 0x10130000 is no memory for a spin table\n"));
	assert_non_null(strstr(loader_log.text, "CPU 1 (MPIDR 2) has no spin table, and there is no PSCI\n"));
	assert_true(machine.cpus[2].parked);
}

static void without_any_way_a_request_is_dropped_or_an_error(void **state)
{
	(void)state;
	make_spin_tables(KERNEL_UPPER, ARENA_DEVICE, 0, 0);
	run_boot();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_equal(handoff.cpu_count, 0);
	assert_non_null(strstr(loader_log.text, "the request for processors is optional and cannot be granted\n"));

	make_spin_tables(KERNEL_UPPER, ARENA_DEVICE, 0, HOBNAIL_REQUIRED);
	run_boot();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_true(world_said("(ERR_CPUS_NO_WAY"));
}

/* ---- Released ------------------------------------------------------------------------------------------ */

/* A kernel releases who waits, in half of the runs with a root of its own. */
static paddr other_root;

static void release(void)
{
	mailboxes_fill(other_root);
}

static void releases(enum world_kernel kernel, uint64_t wanted, paddr root)
{
	make_processors(2, kernel, wanted, HOBNAIL_REQUIRED);
	other_root = root;
	machine.waiting = release;
	fake_run();
	if (machine_failure[0])
		fail_msg("%s", machine_failure);
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	for (unsigned i = 0; i < 2; i++) {
		const struct machine_cpu *c = &machine.cpus[2 * i + 1];
		assert_true(c->left);
		assert_int_equal(c->entry, 0x1000 + i);
		assert_int_equal(c->argument, 0x2000 + i);
		assert_int_equal(c->stack, ((const struct handoff_cpu *)(uintptr_t)handoff.cpus_phys)[i].stack);
	}
}

static void who_is_released_has_its_own_root(void **state)
{
	(void)state;
	releases(KERNEL_UPPER, HOBNAIL_LEVEL_EL1, 0);
	assert_int_equal(machine.change_root, 0);
	releases(KERNEL_UPPER, HOBNAIL_LEVEL_EL1, 0x77000);
	assert_int_equal(machine_register(1, "ttbr1_el1"), 0x77000);
	releases(KERNEL_STAGED, HOBNAIL_LEVEL_EL2, 0x77000);
	assert_int_equal(machine_register(1, "ttbr0_el2"), 0x77000);
	assert_int_equal(machine_register(0, "ttbr0_el2"), handoff.root);
	releases(KERNEL_MMU_OFF, HOBNAIL_LEVEL_EL1, 0);
	releases(KERNEL_MMU_OFF, HOBNAIL_LEVEL_EL1, 0x77000);
	assert_int_equal(machine.change_root, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_without_caches_is_in_memory),
		cmocka_unit_test(lines_may_be_longer),
		cmocka_unit_test(each_level_has_its_own_regime),
		cmocka_unit_test(the_regime_is_exactly_as_in_the_table),
		cmocka_unit_test(five_levels_are_52_bits_on_every_processor),
		cmocka_unit_test(without_lpa2_or_a_wish_there_are_four_levels),
		cmocka_unit_test(nothing_is_inherited),
		cmocka_unit_test(newer_registers_are_cleared_where_they_are),
		cmocka_unit_test(firmware_with_e2h_starts_a_kernel_at_every_level),
		cmocka_unit_test(a_processor_whose_e2h_is_fixed_runs_no_kernel_without_it),
		cmocka_unit_test(where_e2h_is_0_nothing_is_tried),
		cmocka_unit_test(every_processor_goes_the_boot_processors_way),
		cmocka_unit_test(every_processor_has_the_boot_processors_registers),
		cmocka_unit_test(the_conduit_is_the_tables_to_say),
		cmocka_unit_test(what_psci_says_is_passed_on),
		cmocka_unit_test(one_that_never_comes_is_given_up_and_named),
		cmocka_unit_test(patience_begins_anew_with_every_answer),
		cmocka_unit_test(one_that_comes_too_late_stops),
		cmocka_unit_test(a_level_from_where_there_is_no_way_is_named),
		cmocka_unit_test(a_spin_table_is_read_from_memory),
		cmocka_unit_test(who_is_given_up_finds_no_entry_any_more),
		cmocka_unit_test(who_has_neither_spin_table_nor_psci_is_named),
		cmocka_unit_test(without_any_way_a_request_is_dropped_or_an_error),
		cmocka_unit_test(who_is_released_has_its_own_root),
	};

	return cmocka_run_group_tests_name("arch/aarch64/boot", tests, NULL, NULL);
}
