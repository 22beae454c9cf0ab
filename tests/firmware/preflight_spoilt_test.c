/* Preflight over boots that a test has spoilt: objects in the wrong memory, spaces of our own protocol and of Limine's
 * with a wrong entry, facts that are not true, and attempts that come after a failed one. */
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
#include "sabotage.h"

#define NX (1ull << 63)

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

/* Values for registers and the record are proved, not the plan. */
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
	};

	return cmocka_run_group_tests_name("firmware/preflight_spoilt", tests, NULL, NULL);
}
