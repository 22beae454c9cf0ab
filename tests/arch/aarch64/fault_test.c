/* loader/arch/aarch64/fault.c: which registers a report is about, at each level. The report is read from a screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boot_protocol.h"
#include "cpu.h"
#include "fault.h"
#include "machine.h"
#include "after/net.h"
#include "read_screen.h"
#include "after/screen.h"
#include "unit/canvas.h"

/* What fault_entry.S has stored: see there. */
struct fault_frame {
	uint64_t general[31];
	uint64_t sp, vector;
};
void fault_enter(const struct fault_frame *frame) __attribute__((noreturn));
void fault_again(void) __attribute__((noreturn));

enum { SYNC = 4, IRQ_SP0 = 1, LOWER_SYNC = 8, LOWER_IRQ_32 = 13 }; /* in the vector table */

static struct fault_frame frame;
static char said[8192];

/* Where an instruction may be looked at. */
static _Alignas(PAGE_BYTES) uint8_t code[PAGE_BYTES];
static struct hobnail_memory code_entry = { .bytes = PAGE_BYTES, .type = HOBNAIL_MEMORY_USABLE, .attributes = 8 };

static const char *const levelled[] = { "esr", "far", "elr", "spsr", "sctlr", "tcr", "ttbr0", "mair" };
static char names[2][COUNT_OF(levelled)][16];

/* Registers of both levels, all different: those of EL1 from 0x1000 on, those of EL2 from 0x2000 on. */
static void reset(unsigned level, bool host)
{
	machine_reset(level);
	machine.host = host;
	for (unsigned el = 1; el <= 2; el++)
		for (unsigned i = 0; i < COUNT_OF(levelled); i++) {
			snprintf(names[el - 1][i], sizeof *names[0], "%s_el%u", levelled[i], el);
			machine_has(names[el - 1][i], 0x1000 * el + 0x10 * i);
		}
	machine_has("far_el2", host ? 0x1010 : 0x2010); /* which is what far_el1 means then */
	machine_has("ttbr1_el1", 0x1ff0);
	machine_has("sp_el0", 0x5000);
	machine_has("hcr_el2", host ? HCR_E2H : HCR_RW);
	handoff = (struct handoff){ .protocol = PROTOCOL_HOBNAIL };
	net.places.memory = (struct memmap){ &code_entry, 1, 1 };
	code_entry.base = (uintptr_t)code;
	for (unsigned i = 0; i < COUNT_OF(frame.general); i++)
		frame.general[i] = 0x10000 + i;
	frame.sp = 0x7000;
}

static void halts(void (*call)(void))
{
	struct canvas c = canvas_new(&layouts[0], 1024, 800, 0);
	struct hobnail_framebuffer fb = framebuffer_of(&c);

	screen_open(&fb, 0);
	fake.outcome = FAKE_RETURNED;
	if (!setjmp(fake.out))
		call();
	assert_int_equal(fake.outcome, FAKE_HALTED);
	read_screen(&c.surface, 1, said, sizeof said);
	canvas_free(&c);
}

static void enter(void)
{
	fault_enter(&frame);
}

/* An exception through this entry of the table, which is somewhere at a multiple of 2 KiB. */
static void fault_by(unsigned vector)
{
	frame.vector = 0xffff800000003800 + vector * VECTOR_BYTES + 0x24;
	halts(enter);
}

static void shows(const char *name, uint64_t value)
{
	char text[40];

	snprintf(text, sizeof text, "%5s %016llx", name, (unsigned long long)value);
	if (!strstr(said, text))
		fail_msg("no '%s' in:\n%s", text, said);
}

static void says(const char *text)
{
	if (!strstr(said, text))
		fail_msg("no '%s' in:\n%s", text, said);
}

static void shows_general(void)
{
	for (unsigned i = 0; i < COUNT_OF(frame.general); i++)
		shows(fault_general_name(HOBNAIL_ARCH_AARCH64, i).text, 0x10000 + i);
}

/* At EL2 with E2H = 1 the names of EL1 mean the registers of EL2. */
static void a_report_has_the_registers_of_its_level(void **state)
{
	static const struct { unsigned level; bool host; uint64_t base, ttbr1, hcr; } levels[] = {
		{ 1, false, 0x1000, 0x1ff0, 0 }, { 2, false, 0x2000, 0, HCR_RW }, { 2, true, 0x1000, 0x1ff0, HCR_E2H },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(levels); i++) {
		uint64_t base = levels[i].base;
		char at[40];
		reset(levels[i].level, levels[i].host);
		fault_by(SYNC);
		shows_general();
		shows("sp", 0x7000);
		shows("esr", base);
		shows("far", base + 0x10);
		snprintf(at, sizeof at, "\nat 0x%016llx ", (unsigned long long)base + 0x20);
		says(at);
		shows("spsr", base + 0x30);
		for (unsigned k = 4; k < COUNT_OF(levelled); k++)
			shows(levelled[k], base + 0x10 * k);
		shows("ttbr1", levels[i].ttbr1);
		shows(fault_control_name(HOBNAIL_ARCH_AARCH64, 5).text, levels[i].hcr);
	}
}

/* A kernel has returned: nothing has been taken, and these registers are about something else. */
static void what_returned_has_no_syndrome(void **state)
{
	(void)state;
	reset(1, false);
	frame.vector = FAULT_RETURNED;
	halts(enter);
	says("returned from its entry point");
	shows_general();
	shows("sp", 0x7000);
	shows("spsr", 0);
	shows("esr", 0);
	shows("far", 0);
	shows("sctlr", 0x1040);
}

/* Arm ARM, "AArch64 exception vectors": four from this level with SP_EL0, four with its own, eight from below. */
static void the_vector_tells_whose_stack_it_was(void **state)
{
	(void)state;
	for (unsigned vector = 0; vector < VECTORS; vector++) {
		reset(1, false);
		fault_by(vector);
		shows("sp", vector >= SYNC && vector < LOWER_SYNC ? 0x7000 : 0x5000);
	}
}

static void the_vector_tells_what_it_was(void **state)
{
	static const struct { uint8_t vector; const char *text; } all[] = {
		{ IRQ_SP0, "(IRQ)" }, { SYNC + 1, "(IRQ)" }, { SYNC + 2, "(FIQ)" }, { SYNC + 3, "SError" },
		{ LOWER_IRQ_32, "(IRQ)" },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		reset(1, false);
		fault_by(all[i].vector);
		if (!strstr(said, all[i].text))
			fail_msg("vector %u, no '%s': %s", all[i].vector, all[i].text, said);
	}
}

/* An instruction that this processor does not have, by the one register that says so. */
static void what_the_processor_lacks_is_read_from_its_id_registers(void **state)
{
	static const struct { const char *id; uint32_t word; } all[] = {
		{ "id_aa64pfr0_el1", 0xd5381200 },              /* mrs x0, zcr_el1 */
		{ "id_aa64pfr1_el1", 0xd53812c0 },              /* mrs x0, smcr_el1 */
		{ "id_aa64isar0_el1", 0xd53b2400 },             /* mrs x0, rndr */
		{ "id_aa64isar1_el1", 0xd50330ff },             /* sb */
		{ MACHINE_NAME(ID_AA64ISAR2_EL1), 0xd5031003 }, /* wfet x3 */
		{ "id_aa64mmfr1_el1", 0xd5384260 },             /* mrs x0, pan */
		{ MACHINE_NAME(ID_AA64MMFR2_EL1), 0xd5384280 }, /* mrs x0, uao */
		{ "id_aa64dfr0_el1", 0xd53b9c00 },              /* mrs x0, pmcr_el0 */
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(all); i++)
		for (unsigned lacks = 0; lacks < COUNT_OF(all); lacks++) {
			reset(1, false);
			for (unsigned k = 0; k < COUNT_OF(all); k++)
				machine_has(all[k].id, k == lacks ? 1 : 0x2222222222222222);
			machine_has("esr_el1", 0x02000000); /* class 0: unknown */
			machine_has("elr_el1", (uintptr_t)code + 0x40);
			for (unsigned k = 0; k < 4; k++)
				code[0x40 + k] = (uint8_t)(all[i].word >> 8 * k);
			fault_by(SYNC);
			if (!strstr(said, "which this processor does not have") != (lacks != i))
				fail_msg("%s, and %s is 1: %s", all[i].id, all[lacks].id, said);
		}
}

/* ... and the processor by its affinity alone. */
static void the_processor_is_named_by_its_id(void **state)
{
	(void)state;
	reset(1, false);
	machine.cpus[0].id = 0x0100000203;
	fault_by(SYNC);
	says("hobnail: CPU with hardware id 0x100000203: ");
}

static void a_fault_of_the_report_is_told_by_its_address(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		reset(i ? 2 : 1, i == 2);
		halts(fault_again);
		says(i == 1 ? "a second fault, at 0x2020," : "a second fault, at 0x1020,");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_has_the_registers_of_its_level),
		cmocka_unit_test(what_returned_has_no_syndrome),
		cmocka_unit_test(the_vector_tells_whose_stack_it_was),
		cmocka_unit_test(the_vector_tells_what_it_was),
		cmocka_unit_test(what_the_processor_lacks_is_read_from_its_id_registers),
		cmocka_unit_test(the_processor_is_named_by_its_id),
		cmocka_unit_test(a_fault_of_the_report_is_told_by_its_address),
	};

	return cmocka_run_group_tests_name("arch/aarch64/fault", tests, NULL, NULL);
}
