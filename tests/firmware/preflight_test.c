/* Preflight in the whole loader: what it refuses is said, and everything is given back; what it reads of the
 * firmware's own tables; what it prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#include "image.h"
#include "require.h"
#include "sabotage.h"

#define NX (1ull << 63)

static void make_verbose(enum machine machine, enum world_kernel kernel)
{
	world_make(machine, kernel);
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
}

static void refuses_with(const char *advice, const char *said)
{
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	const char *why = world_judge();
	if (why)
		fail_msg("%s", why);
	if (!world_said(said) || !world_said(advice))
		fail_msg("it said: %s", fake.console);
}

static void refuses(const char *said)
{
	refuses_with("Try: these tables are the loader's own", said);
	assert_true(world_said("hobnail: cannot prove the hand-off to \\boot\\kernel.elf: "));
	assert_true(world_said("(ERR_PREFLIGHT;"));
}

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

/* ---- Physical memory ------------------------------------------------------------------------------------- */

/* What a test does to a boot that is ready to be proved, and to one that is; NULL: nothing. */
static void (*spoil)(struct boot *b), (*spoil_proved)(struct boot *b);
static unsigned spoilt, claims; /* the type, or the number, of the claim that it is about; how many there are */

void sabotage_space(struct boot *b)
{
	if (spoil)
		spoil(b);
}

void sabotage_checked(struct boot *b)
{
	if (spoil_proved)
		spoil_proved(b);
}

static int no_more_spoils(void **state)
{
	(void)state;
	spoil = spoil_proved = NULL;
	return 0;
}

static const unsigned kept[] = { HOBNAIL_MEMORY_TABLES, HOBNAIL_MEMORY_STACKS, HOBNAIL_MEMORY_RECORD,
                                 HOBNAIL_MEMORY_NET, HOBNAIL_MEMORY_MODULE };

static const struct claim *claim_of(const struct boot *b)
{
	for (unsigned i = 0; i < b->fw.ledger.count; i++)
		if (b->fw.ledger.claims[i].type == spoilt)
			return &b->fw.ledger.claims[i];
	fail_msg("nothing is claimed as type %u", spoilt);
	return NULL;
}

static void segment_begins_there(struct boot *b)
{
	const struct claim *c = claim_of(b);

	b->attempt.kernel.layout.segments[1].place = c->base + c->bytes - 1; /* in the last page */
}

static void segment_ends_there(struct boot *b)
{
	struct elf_segment *s = &b->attempt.kernel.layout.segments[1];

	s->place = claim_of(b)->base + 1 - s->memory_bytes; /* in the first one */
}

static char moved_to[64];

static void segment_moves_there(struct boot *b)
{
	paddr taken = claim_of(b)->base;

	handoff.moves[0].to = taken + PAGE_BYTES - handoff.moves[0].bytes; /* with its last page */
	snprintf(moved_to, sizeof moved_to, "must be at physical %#llx, where", (unsigned long long)taken);
}

/* The kernel could write there: to its own page tables, for one. */
static void no_segment_is_where_the_loader_keeps_something(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT_OF(kept); i++)
		for (unsigned k = 0; k < 3; k++) {
			world_make(FAKE_X86_64, k < 2 ? KERNEL_UPPER : KERNEL_STAGED);
			spoilt = kept[i];
			spoil = k == 0 ? segment_begins_there : k == 1 ? segment_ends_there : segment_moves_there;
			if (k < 2)
				refuses_with("(ERR_SEGMENT_OWN;", "segment 1 would reach memory at 0x1");
			else
				refuses_with("(ERR_DESTINATION_OWN;", moved_to);
		}
}

/* What the hand-off will put into registers and the record is what is proved, not what the plan says of it. */
static void stack_is_elsewhere(struct boot *b)
{
	(void)b;
	handoff.kernel_stack += 16 * PAGE_BYTES;
}

static void pages_of_1_gib_are_unknown(struct boot *b)
{
	b->attempt.platform.arch.max_leaf = 1;
}

static void module_is_elsewhere(struct boot *b)
{
	b->attempt.modules[1].base = ARENA_DEVICE;
}

/* ---- The Limine protocol's space: its direct map can be executed, and has the framebuffer ----------------------- */

static vaddr spoilt_at;     /* of a page whose last entry is changed */
static uint64_t spoilt_bits;

static void bits_of_an_entry_change(struct boot *b)
{
	struct walker w = world_walker(handoff.root, handoff.root);
	struct walk found;

	(void)b;
	walk(&w, spoilt_at + handoff.direct_map, &found);
	assert_true(found.steps && found.mapped);
	*(uint64_t *)(uintptr_t)found.step[found.steps - 1].at ^= spoilt_bits;
}

static void lower_half_is_not_empty(struct boot *b)
{
	uint64_t *top = (uint64_t *)(uintptr_t)handoff.root;

	(void)b;
	top[0] = top[256];
}

static void kernel_file_is_elsewhere(struct boot *b)
{
	b->attempt.kernel_file.base = ARENA_DEVICE;
}

static void a_space_of_the_limine_protocol_is_proved(void **state)
{
	static const struct {
		paddr at;
		uint64_t bits;
		const char *says;
	} rows[] = {
		{ ARENA, NX, "the direct map at 0xffff8000" }, { ARENA, 2, "cannot be written" },
		{ ARENA, 16, "the direct map at 0xffff8000" }, /* PCD: not cached */
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(rows); i++) {
		world_make(FAKE_X86_64, KERNEL_LIMINE);
		spoil = bits_of_an_entry_change;
		spoilt_at = rows[i].at;
		spoilt_bits = rows[i].bits;
		refuses(rows[i].says);
	}
	world_make(FAKE_X86_64, KERNEL_LIMINE);
	spoil = lower_half_is_not_empty;
	refuses("memory that belongs to nothing at 0x1000 is mapped");
	world_make(FAKE_X86_64, KERNEL_LIMINE);
	spoil = kernel_file_is_elsewhere;
	refuses("the kernel's file at 0xffff8000");
	spoil = NULL;
	world_make(FAKE_X86_64, KERNEL_LIMINE);
	fake_run();
	assert_null(world_judge_entered());
}

/* In TTBR bits 51 to 48 of an address are not where they are in the address. */
static void root_is_beyond_48_bits(struct boot *b)
{
	(void)b;
	handoff.root = (1ull << 48) + ARENA_FREE;
}

/* aarch64 with FEAT_LPA2. */
static void a_space_of_52_bits_is_proved(void **state)
{
	static const struct { uint64_t bits; const char *says; } rows[] = {
		{ 1ull << 53, "the direct map at 0xfff00000" }, { 1 << 7, "cannot be written" },
		{ 1 << 8, ": bit 8 is reserved" }, /* of the address */
		{ 1 << 2, "is write-combining, not write-back" },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(rows); i++) {
		world_make(FAKE_AARCH64, KERNEL_LIMINE);
		fake.options.facts.lpa2 = true;
		fake.options.facts.phys_bits = 48;
		spoil = bits_of_an_entry_change;
		spoilt_at = ARENA;
		spoilt_bits = rows[i].bits;
		refuses(rows[i].says);
	}
	world_make(FAKE_AARCH64, KERNEL_LIMINE);
	fake.options.facts.lpa2 = true;
	spoil = root_is_beyond_48_bits;
	refuses(" in the kernel's tables: L-1[");
	assert_true(world_said("it is not in memory where page tables can be"));
	spoil = NULL;
	world_make(FAKE_AARCH64, KERNEL_LIMINE);
	fake.options.facts.lpa2 = true;
	fake_run();
	assert_null(world_judge_entered());
	assert_int_equal(handoff.mode.paging_levels, 5);
}

/* The walk reads large pages as this processor does. */
static void what_the_processor_cannot_read_is_refused(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
	spoil = pages_of_1_gib_are_unknown;
	refuses("the device map at 0xffffa000");
}

static void what_the_kernel_is_told_is_proved(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	spoil = stack_is_elsewhere;
	refuses("the boot stack of CPU 0");
	world_make(FAKE_X86_64, KERNEL_UPPER);
	spoil = module_is_elsewhere;
	refuses("module 1 ");
}

/* An object of the loader's that the record gives away: as if nothing had been laid over the firmware's map. */
static void type_is_free(struct boot *b)
{
	struct claim *c = &b->fw.ledger.claims[spoilt];

	claims = b->fw.ledger.count;
	if (c->type == HOBNAIL_MEMORY_USABLE)
		spoil_proved = NULL; /* scratch: it is free */
	else
		c->type = HOBNAIL_MEMORY_FIRMWARE_BOOT;
}

static void no_object_of_the_loader_is_in_free_memory(void **state)
{
	unsigned refused = 0;

	(void)state;
	for (spoilt = 0, claims = 1; spoilt < claims; spoilt++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		spoil_proved = type_is_free;
		fake_run();
		if (!spoil_proved) {
			assert_int_equal(fake.outcome, FAKE_ENTERED);
			continue;
		}
		assert_int_equal(fake.outcome, FAKE_RETURNED);
		assert_null(world_judge());
		if (!world_said("the last memory map calls 0x1") || !world_said("(ERR_MAP_USABLE;"))
			fail_msg("claim %u: %s", spoilt, fake.console);
		refused++;
	}
	assert_true(refused >= COUNT_OF(kept));
}

/* Room for one requirement less than there are. */
static void a_list_that_lacks_something_proves_nothing(void **state)
{
	struct requirement room[4] = { 0 };
	struct needs n = { .list = room, .capacity = 0 };
	struct image image = image_shape();
	/* three ranges of code and data */
	struct attempt a = { .mode.mmu_off = true, .image = &image, .handoff = &handoff };
	struct problem p;

	(void)state;
	memset(&handoff, 0, sizeof handoff);
	n.a = &a;
	for (; n.capacity < 3; n.capacity++) {
		n.full = false;
		need_first_on_the_way(&n);
		assert_int_equal(n.count, n.capacity);
		assert_int_equal(room[n.count].bytes, 0);
		assert_int_equal(needs_end(&n, &p), ERR_FULL);
		assert_int_equal(p.value[0], n.capacity);
	}
	n.full = false;
	need_first_on_the_way(&n);
	assert_int_equal(n.count, 3);
	assert_int_equal(needs_end(&n, &p), OK);
	assert_int_equal(n.count, 0);
}

/* Called when the first attempt has failed; NULL: there is no second one. */
static void (*again)(void);

bool sabotage_again(struct boot *b)
{
	void (*now)(void) = again;

	(void)b;
	again = NULL;
	if (now)
		now();
	return now;
}

static void memory_is_gone(void)
{
	fake.faults[0] = (struct fake_fault){ fake.calls + 1, EFI_OUT_OF_RESOURCES };
}

static void all_is_well(void)
{
	memset(fake.faults, 0, sizeof fake.faults);
}

/* The first attempt is refused by preflight, the second one for want of memory: its error has its own words. */

static void words_of_an_earlier_attempt_are_forgotten(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	spoil_proved = NULL;
	spoil = stack_is_elsewhere;
	again = memory_is_gone;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_null(again);
	assert_true(world_said("hobnail: cannot read the memory map: "));
	assert_false(world_said("the boot stack"));
}

static unsigned times(const char *text, const char *what)
{
	unsigned count = 0;

	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

/* The last map that is read before the first exit. */
static unsigned last_map_call(void)
{
	unsigned call = fake.calls;

	while (call && fake.trace[call - 1].service != SERVICE_GET_MAP)
		call--;
	assert_int_not_equal(call, 0);
	return call;
}

/* verbose = yes: lines of a second attempt are shown as those of the first, and these are not shown again. */
static void the_log_is_shown_through_all_attempts(void **state)
{
	(void)state;
	spoil = spoil_proved = NULL;
	make_verbose(FAKE_X86_64, KERNEL_UPPER);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	unsigned call = last_map_call();
	make_verbose(FAKE_X86_64, KERNEL_UPPER);
	fake.faults[0] = (struct fake_fault){ call, EFI_DEVICE_ERROR };
	again = all_is_well;
	fake_run();
	assert_null(again);
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	const char *texts[] = { fake.console, fake.serial };
	for (unsigned i = 0; i < COUNT_OF(texts); i++) {
		assert_int_equal(times(texts[i], "loader: image at"), 1);
		assert_int_equal(times(texts[i], "segment 0 (program header"), 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_that_lacks_something_proves_nothing),
		cmocka_unit_test_teardown(no_segment_is_where_the_loader_keeps_something, no_more_spoils),
		cmocka_unit_test_teardown(what_the_kernel_is_told_is_proved, no_more_spoils),
		cmocka_unit_test_teardown(a_space_of_the_limine_protocol_is_proved, no_more_spoils),
		cmocka_unit_test_teardown(a_space_of_52_bits_is_proved, no_more_spoils),
		cmocka_unit_test_teardown(what_the_processor_cannot_read_is_refused, no_more_spoils),
		cmocka_unit_test_teardown(words_of_an_earlier_attempt_are_forgotten, no_more_spoils),
		cmocka_unit_test(the_log_is_shown_through_all_attempts),
		cmocka_unit_test_teardown(no_object_of_the_loader_is_in_free_memory, no_more_spoils),
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
