/* Preflight in the whole loader: what it refuses is said, and everything is given back; what it reads of the
 * firmware's own tables; what it prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "preflight.h"

#include "image.h"
#include "require.h"

#define NX (1ull << 63)

static void refuses_the_firmware_s(const char *said)
{
	refuses_with("Try: these tables are the firmware's", said);
	assert_true(world_said("(ERR_PREFLIGHT_FIRMWARE;"));
}

/* The image lies at an address of the host's, beyond 40 bits. */
static void an_address_that_the_processor_cannot_form(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	fake.options.facts.phys_bits = 40;
	refuses("is reserved: this processor has 40-bit physical addresses");
	world_make(FAKE_AARCH64, KERNEL_MMU_OFF);
	fake.options.facts.phys_bits = 40;
	refuses("the code that switches address spaces");
}

/* P48 leaves out the addresses of low segments; their memory may be elsewhere, and is mapped one to one then. */
static void a_low_kernel_whose_memory_is_elsewhere(void **state)
{
	const unsigned headers[] = { EH_ENTRY, PH_TEXT + PH_VADDR, PH_DATA + PH_VADDR, PH_NOTE + PH_VADDR };

	(void)state;
	for (unsigned apart = 0; apart < 2; apart++) {
		world_make(FAKE_X86_64, KERNEL_STAGED);
		world_ask(HOBNAIL_REQUEST_IDENTITY_MAP, 1);
		for (unsigned i = 0; i < COUNT_OF(headers); i++)
			put64(&world_elf, headers[i], read_le64(world_elf.data + headers[i]) + apart * (1ull << 40));
		fake_run();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
		const char *why = world_judge();
		if (why)
			fail_msg("%s", why);
	}
}

/* ---- The firmware's tables ------------------------------------------------------------------------------- */

#define LIVE_TABLES (ARENA_TREE + PAGE_BYTES) /* boot-services memory that nothing uses here */
enum { PML4 = 0, LOW = 512, HIGH = 1024, PAGES_2M = 1536, PAGES_4K = 2048 };

/* Tables of the firmware's that map the arena (LOW) and the host's image (HIGH) one to one, image_text's
 * neighbourhood in pages of 4 KiB; nothing of the loader's but its text can be executed if the firmware is strict. */
static uint64_t *lay_live_tables(bool strict)
{
	uint64_t *t = (uint64_t *)LIVE_TABLES, image = (uintptr_t)image_text;

	memset(t, 0, 5 * PAGE_BYTES);
	t[PML4] = (uintptr_t)(t + LOW) | 7;
	t[PML4 + (image >> 39 & 511)] = (uintptr_t)(t + HIGH) | 7;
	for (unsigned i = 0; i < 512; i++) {
		t[LOW + i] = (uint64_t)i << 30 | 0x87 | (strict ? NX : 0);
		t[HIGH + i] = (image >> 39 << 39) | (uint64_t)i << 30 | 0x87;
		t[PAGES_2M + i] = (image >> 30 << 30) | (uint64_t)i << 21 | 0x87;
		t[PAGES_4K + i] = (image >> 21 << 21) | (uint64_t)i << 12 | 7;
	}
	t[HIGH + (image >> 30 & 511)] = (uintptr_t)(t + PAGES_2M) | 7;
	t[PAGES_2M + (image >> 21 & 511)] = (uintptr_t)(t + PAGES_4K) | 7;
	fake.options.live = (struct walker){ .mode = WALK_X86_64_4, .root = LIVE_TABLES,
	                                     .pat_or_mair = 0x0007040600070406 };
	return t;
}

static void the_firmware_s_tables_lead_to_the_code_that_switches(void **state)
{
	unsigned page = PAGES_4K + ((uintptr_t)image_text >> 12 & 511);

	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	lay_live_tables(false);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);

	world_make(FAKE_X86_64, KERNEL_UPPER);
	lay_live_tables(false)[page] |= NX;
	refuses_the_firmware_s("cannot be executed in the firmware's tables: PT[");

	world_make(FAKE_X86_64, KERNEL_UPPER);
	lay_live_tables(false)[page] ^= 1ull << 40;
	refuses_the_firmware_s("in the firmware's tables: PT[");

	/* The copy is written there. */
	world_make(FAKE_X86_64, KERNEL_UPPER);
	lay_live_tables(false)[LOW] &= ~2ull;
	refuses_the_firmware_s("cannot be written in the firmware's tables: PDPT[0]");
	assert_true(world_said("the memory of the loader's copy at 0x1"));
}

/* ... and to the copy of it, which nobody executes there, not even where translation goes off in between. */
static void firmware_may_forbid_to_execute_data(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_PAGING, 5);
	fake.options.facts.la57 = true;
	lay_live_tables(true);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_not_equal(handoff.transition_first, 0);

	world_make(FAKE_AARCH64, KERNEL_MMU_OFF);
	lay_live_tables(true);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);

	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_PROCESSORS, 1);
	lay_live_tables(true);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_not_equal(handoff.cpu_count, 0);
}

/* What runs now can be executed where it is. Where the walk says otherwise it is the walk that is wrong. */
static void tables_that_the_walk_misreads_are_not_judged(void **state)
{
	unsigned top = (uintptr_t)image_text >> 39 & 511;
	const struct { unsigned entry; uint64_t bits; } misread[] = {
		{ PML4 + top, NX },              /* a bit that the processor takes for something else */
		{ PML4 + top, 1 },               /* or that is no "present"                           */
		{ PML4 + top, 1ull << 47 },      /* encryption: no part of the address                */
		{ PML4 + top, 1ull << 51 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(misread); i++) {
		make_verbose(FAKE_X86_64, KERNEL_UPPER);
		lay_live_tables(false)[misread[i].entry] ^= misread[i].bits;
		fake_run();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
		assert_true(world_said("cannot be read here: not judged"));
	}

	/* The bit in the entries of pages, all of them. */
	world_make(FAKE_X86_64, KERNEL_UPPER);
	uint64_t *t = lay_live_tables(false);
	for (unsigned i = LOW; i < PAGES_4K + 512; i++)
		t[i] |= 1ull << 47;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);

	/* No memory that the firmware lists. */
	world_make(FAKE_X86_64, KERNEL_UPPER);
	lay_live_tables(false);
	fake.options.live.root = 1ull << 45;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
}

/* ---- verbose = yes --------------------------------------------------------------------------------------- */

static void verbose_prints_requirements_and_walks(void **state)
{
	(void)state;
	make_verbose(FAKE_X86_64, KERNEL_UPPER);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_true(world_said("r-x write-back, pages up to "));
	assert_true(world_said(": segment 1\n"));
	assert_true(world_said(": the direct map\n"));
	assert_true(world_said(": the boot stack of CPU 0\n"));
	assert_true(world_said("the entry point at 0xffffffff80"));
	assert_true(world_said("\n    PML4[511] at 0x"));
	assert_true(world_said("the boot record at 0xffff8"));
	assert_true(world_said("the framebuffer at 0x"));
	assert_false(world_said("what is wrong"));
	assert_false(world_said("\nthe transition space:\n") || world_said("\nthe firmware's tables:\n"));
	make_verbose(FAKE_AARCH64, KERNEL_UPPER);
	fake_run();
	assert_true(world_said("\n    L0[") && world_said("\n    L3["));
}

/* A table that is wrong about PCI costs no boot. What ends the run is the image, as above, behind the device map. */
static void a_device_that_the_processor_cannot_reach_is_left_out(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		world_make(FAKE_AARCH64, KERNEL_UPPER);
		world_ask(HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
		world_mcfg(k ? TIB(1) - MIB(1) : TIB(2));
		world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
		fake.options.facts.phys_bits = 40;
		refuses("is reserved: this processor has 40-bit physical addresses");
		assert_true(world_said("\nthe transition space:\n0x"));
		assert_int_equal(world_said("0xffffa0fffff00000"), k);
		assert_false(world_said("0xffffa20000000000"));
	}
}

/* ... and one in memory that the firmware has reserved is in the device map, all of it. */
static void a_device_in_reserved_memory_is_proved(void **state)
{
	enum { PAGE = 0x900000 / PAGE_BYTES, PAGES = MIB(1) / PAGE_BYTES };

	(void)state;
	make_verbose(FAKE_AARCH64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
	memset(fake.kind + PAGE, EfiReservedMemoryType, PAGES);
	world_mcfg(ARENA + 0x900000);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_true(world_said("\n0xffffa00010900000       0x100000 bytes rw- "));
}

/* There it is needed: "keep what `verbose = yes` prints". */
static void verbose_shows_tables_that_are_wrong(void **state)
{
	(void)state;
	make_verbose(FAKE_X86_64, KERNEL_UPPER);
	fake.options.facts.phys_bits = 24;
	refuses("is reserved: this processor has 24-bit physical addresses");
	assert_true(world_said("\nthe kernel's tables:\n0x"));
	assert_true(world_said(": the direct map\n"));
	assert_true(world_said("the entry point at 0xffffffff80"));
	assert_true(world_said("\nwhat is wrong at 0xffff"));

	make_verbose(FAKE_AARCH64, KERNEL_MMU_OFF);
	fake.options.facts.phys_bits = 40;
	refuses("the code that switches address spaces");
	assert_true(world_said("\nthe transition space:\n0x"));
	assert_true(world_said(": the code that switches address spaces\n"));
	assert_true(world_said("\nwhat is wrong at 0x") && world_said("\n    L0["));

	make_verbose(FAKE_X86_64, KERNEL_UPPER);
	lay_live_tables(false)[LOW] &= ~2ull;
	refuses_the_firmware_s("cannot be written in the firmware's tables: PDPT[0]");
	assert_true(world_said("\nthe firmware's tables:\n0x"));
	assert_true(world_said(": the code that switches address spaces\nwhat is wrong at 0x"));
}

static void a_boot_without_translation_has_less_to_prove(void **state)
{
	(void)state;
	make_verbose(FAKE_AARCH64, KERNEL_MMU_OFF_STAGED);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_false(world_said("the entry point at"));
	assert_true(world_said("\nthe transition space:\n0x"));
	assert_true(world_said(": the place of a segment that moves\n"));
}

/* A line of the list, by whole pages. */
static void lists(paddr at, uint64_t bytes, const char *rights, const char *memory, const char *what)
{
	char line[200];

	snprintf(line, sizeof line, "\n%#018llx %#14llx bytes %s %s, pages up to 4 KiB: %s\n", (unsigned long long)at,
	         (unsigned long long)align_up(bytes, PAGE_BYTES), rights, memory, what);
	if (!strstr(fake.console, line))
		fail_msg("no%s in:\n%s", line, fake.console);
}

/* The record's pages are a range of its own that the hand-off touches. */
static uint64_t record_bytes(paddr at)
{
	for (unsigned i = 0; i < handoff.touch_count; i++)
		if (handoff.touch[i].base == at)
			return handoff.touch[i].bytes;
	return 0;
}

/* Every object of the hand-off, each where it is; with the MMU off what is printed on is among them. */
static void the_way_has_all_that_the_hand_off_works_on(void **state)
{
	(void)state;
	make_verbose(FAKE_AARCH64, KERNEL_MMU_OFF_STAGED);
	world_spcr(ARENA_DEVICE);
	((uint8_t *)(uintptr_t)ARENA_DEVICE)[5] = 0x60; /* ready */
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	const struct hobnail_boot *r = world_record();
	const paddr net = handoff.net_phys - (uintptr_t)image_base, text = net + (uintptr_t)image_text;
	const paddr rodata = net + (uintptr_t)image_rodata, data = net + (uintptr_t)image_data;
	const uint64_t text_bytes = (uint64_t)(image_text_end - image_text);
	const uint64_t data_bytes = (uint64_t)(image_end - image_data);
	const char *write_back = "write-back";
	lists(ARENA_SCREEN, 0x3000, "rw-", "write-combining", "the framebuffer");
	lists(ARENA_DEVICE, PAGE_BYTES, "rw-", "device", "the debug console");
	lists((uintptr_t)image_text, (uint64_t)(image_code_end - image_text), "r-x", write_back,
	      "the code that switches address spaces");
	lists(text, text_bytes, "r-x", write_back, "the copy of the code that switches");
	lists(data, data_bytes, "rw-", write_back, "the data of the code that switches");
	lists(text, text_bytes, "r-x", write_back, "the code of hand-off and fault handlers");
	lists(rodata, (uint64_t)(image_rodata_end - image_rodata), "r--", write_back, "the constants of the hand-off");
	lists(data, data_bytes, "rw-", write_back, "descriptor tables and stacks of the fault handlers");
	lists(handoff.stack_top - PAGE_BYTES, PAGE_BYTES, "rw-", write_back, "the stack of the hand-off");
	lists(r->phys, record_bytes(r->phys), "rw-", write_back, "the boot record");
	for (unsigned i = 0; i < handoff.touch_count; i++)
		lists(handoff.touch[i].base, handoff.touch[i].bytes, "r--", write_back,
		      "memory that the hand-off works on");
	assert_int_equal(handoff.move_count, 1);
	lists(handoff.moves[0].to, handoff.moves[0].bytes, "rw-", write_back, "the place of a segment that moves");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_that_the_processor_cannot_form),
		cmocka_unit_test(a_low_kernel_whose_memory_is_elsewhere),
		cmocka_unit_test(the_firmware_s_tables_lead_to_the_code_that_switches),
		cmocka_unit_test(firmware_may_forbid_to_execute_data),
		cmocka_unit_test(tables_that_the_walk_misreads_are_not_judged),
		cmocka_unit_test(verbose_prints_requirements_and_walks),
		cmocka_unit_test(a_device_that_the_processor_cannot_reach_is_left_out),
		cmocka_unit_test(a_device_in_reserved_memory_is_proved),
		cmocka_unit_test(verbose_shows_tables_that_are_wrong),
		cmocka_unit_test(a_boot_without_translation_has_less_to_prove),
		cmocka_unit_test(the_way_has_all_that_the_hand_off_works_on),
	};

	return cmocka_run_group_tests_name("firmware/preflight", tests, NULL, NULL);
}
