/* What the log says of a machine and a kernel: each line where it is true, once, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "world.h"

static void nothing(void)
{
}

static void rsdp_has_a_wrong_sum(void)
{
	((uint8_t *)(uintptr_t)ARENA_ACPI)[8]++;
}

static void smbios_is_nonsense(void)
{
	fake.options.smbios = ARENA_ACPI;
}

static void tree_is_cut(void)
{
	((uint8_t *)(uintptr_t)ARENA_TREE)[7] -= 4;
}

static void tree_is_none(void)
{
	((uint8_t *)(uintptr_t)ARENA_TREE)[0] = 0;
}

static void no_port(void)
{
	fake.options.no_serial = true;
}

static void psci_is_at_el2(void)
{
	world_fadt(0, 3);
}

static void psci_is_at_el3(void)
{
	world_fadt(0, 1);
}

static void no_note(void)
{
	put32(&world_elf, PH_NOTE, 0); /* PT_NULL */
	put64(&world_elf, EH_SHOFF, 0);
	put16(&world_elf, EH_SHNUM, 0);
	put16(&world_elf, EH_SHSTRNDX, 0);
}

static void asks_for_what_is_unknown(void)
{
	world_ask(77, 0);
	world_ask(0x1234567, 0);
}

static void asks_for_processors_that_cannot_start(void)
{
	world_ask(HOBNAIL_REQUEST_PROCESSORS, 1);
	fake.options.low_end = ARENA;
}

static const char *const lines[] = {
	"ACPI tables at 0x10100000 are damaged (",
	"no SMBIOS entry point at 0x10100000: not used\n",
	"the device tree at 0x10110000 is damaged: not used\n",
	"no debug console: no SPCR, DBG2 or stdout-path names one that answers\n",
	"PSCI by HVC ends with the firmware, whose EL2 answered it\n",
	"the kernel makes no requests\n",
	"the kernel file has no symbols: fault reports will name no functions\n",
	"request 77 is unknown and optional: ignored\n",
	"request 19088743 is unknown and optional: ignored\n",
	"the request for processors is optional and cannot be granted\n",
	"the request for framebuffer is optional and cannot be granted\n",
	"staged 8192 bytes: they move into place after the firmware has left\n",
	"\nstaged ",
	"framebuffer at 0x10120000: 64 x 48, 256 bytes a line, 32 bits a pixel, red 0xff0000, green 0xff00, ",
};
enum { ACPI, SMBIOS, TREE, PORT, PSCI, NO_REQUESTS, SYMBOLS, UNKNOWN, UNKNOWN_2, PROCESSORS,
       FRAMEBUFFER, STAGED, ANY_STAGED, SCREEN };

static void no_display(void)
{
	fake.options.no_gop = true;
}

static const struct {
	enum machine machine;
	enum world_kernel kernel;
	void (*change)(void);
	unsigned lines; /* which of them */
} worlds[] = {
	{ FAKE_X86_64, KERNEL_UPPER, nothing, 1 << SCREEN },
	{ FAKE_X86_64, KERNEL_STAGED, nothing, 1 << SCREEN | 1 << STAGED | 1 << ANY_STAGED },
	{ FAKE_X86_64, KERNEL_UPPER, rsdp_has_a_wrong_sum, 1 << SCREEN | 1 << ACPI },
	{ FAKE_X86_64, KERNEL_UPPER, smbios_is_nonsense, 1 << SCREEN | 1 << SMBIOS },
	{ FAKE_X86_64, KERNEL_UPPER, no_port, 1 << SCREEN | 1 << PORT },
	{ FAKE_X86_64, KERNEL_UPPER, no_display, 1 << FRAMEBUFFER },
	{ FAKE_X86_64, KERNEL_UPPER, asks_for_what_is_unknown, 1 << SCREEN | 1 << UNKNOWN | 1 << UNKNOWN_2 },
	{ FAKE_X86_64, KERNEL_UPPER, asks_for_processors_that_cannot_start, 1 << SCREEN | 1 << PROCESSORS },
	{ FAKE_AARCH64, KERNEL_UPPER, nothing, 1 << SCREEN | 1 << PORT },
	{ FAKE_AARCH64, KERNEL_UPPER, tree_is_cut, 1 << SCREEN | 1 << PORT | 1 << TREE },
	{ FAKE_AARCH64, KERNEL_UPPER, tree_is_none, 1 << SCREEN | 1 << PORT | 1 << TREE },
	{ FAKE_AARCH64, KERNEL_UPPER, psci_is_at_el2, 1 << SCREEN | 1 << PORT | 1 << PSCI },
	{ FAKE_AARCH64, KERNEL_UPPER, psci_is_at_el3, 1 << SCREEN | 1 << PORT },
	{ FAKE_X86_64, KERNEL_UPPER, no_note, 1 << NO_REQUESTS | 1 << SYMBOLS }, /* nor does it ask for this size */
	/* Nobody looks for symbols of a kernel whose faults are not reported. */
	{ FAKE_X86_64, KERNEL_MULTIBOOT2, nothing, 1 << SCREEN | 1 << STAGED | 1 << ANY_STAGED },
};

static unsigned times(const char *text, const char *part)
{
	unsigned count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

static void each_line_is_there_where_it_is_true(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT_OF(worlds); i++) {
		world_make(worlds[i].machine, worlds[i].kernel);
		worlds[i].change();
		fake_run();
		const char *why = world_judge();
		if (why || fake.outcome != FAKE_ENTERED)
			fail_msg("%u: %s%s", i, why ? why : "not entered: ", fake.console);
		loader_log.text[loader_log.used] = 0;
		for (unsigned k = 0; k < COUNT_OF(lines); k++)
			if (times(loader_log.text, lines[k]) != (worlds[i].lines >> k & 1))
				fail_msg("world %u, '%s':\n%s", i, lines[k], loader_log.text);
	}
}

static unsigned calls(enum service service)
{
	unsigned count = 0;

	for (unsigned i = 0; i < fake.calls && i < FAKE_MAX_TRACE; i++)
		count += fake.trace[i].service == service;
	return count;
}

/* A kernel that does not ask for a size has the display as it is; nobody looks through its modes. */
static void modes_are_looked_at_for_who_asks(void **state)
{
	(void)state;
	for (unsigned asks = 0; asks < 2; asks++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		if (!asks)
			no_note();
		fake_run();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
		assert_int_equal(!!calls(SERVICE_QUERY_MODE), asks);
		assert_int_equal(calls(SERVICE_SET_MODE), asks);
	}
}

/* Segments, with their program headers' numbers and their rights. */
static void segments_are_listed(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	const struct hobnail_boot *r = world_record();
	loader_log.text[loader_log.used] = 0;
	for (uint32_t i = 0; i < r->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(r, &r->segments, i);
		char line[160];
		unsigned long long virt = s->virt, phys = s->phys, bytes = s->bytes;
		snprintf(line, sizeof line, "segment %u (program header %u): %#llx at physical %#llx, %#llx bytes, "
		         "%s\n",
		         i, i, virt, phys, bytes, i ? "rw-" : "r-x");
		assert_int_equal(times(loader_log.text, line), 1);
	}
}

/* With verbose = yes, what `hobnail check --machine` reads. */
static void the_processor_is_told_of(void **state)
{
	(void)state;
	for (unsigned arm = 0; arm < 2; arm++) {
		world_make(arm ? FAKE_AARCH64 : FAKE_X86_64, KERNEL_UPPER);
		world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
		fake_run();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
		const struct arch_facts *f = &fake.options.facts;
		char line[200];
		snprintf(line, sizeof line, "machine: processor = levels %u bits %u leaf %u la57 %u nx %u el %u vhe %u "
		         "fixed %u id %llu lpa2 %u\n",
		         f->paging_levels, f->phys_bits, f->max_leaf, f->la57, f->no_execute, f->firmware_level, f->vhe,
		         f->e2h_fixed, (unsigned long long)f->boot_cpu, f->lpa2);
		loader_log.text[loader_log.used] = 0;
		if (times(loader_log.text, line) != 1)
			fail_msg("no '%s': %s", line, loader_log.text);
		assert_int_not_equal(f->no_execute, f->firmware_level);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_is_there_where_it_is_true),
		cmocka_unit_test(modes_are_looked_at_for_who_asks),
		cmocka_unit_test(segments_are_listed),
		cmocka_unit_test(the_processor_is_told_of),
	};

	return cmocka_run_group_tests_name("firmware/log", tests, NULL, NULL);
}
