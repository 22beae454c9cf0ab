/* Where segments go in physical memory, when there is little of it, or in many pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static void judged(void)
{
	const char *why = world_judge();

	if (why)
		fail_msg("%s", why);
}

static void enters(void)
{
	fake_run();
	judged();
	if (fake.outcome != FAKE_ENTERED)
		fail_msg("not entered: %s", fake.console);
	if (world_judge_entered())
		fail_msg("%s", world_judge_entered());
}

static void refuses(const char *said)
{
	fake_run();
	judged();
	if (fake.outcome != FAKE_RETURNED || !world_said(said))
		fail_msg("no '%s': %s", said, fake.console);
}

static paddr segment_at(unsigned index)
{
	const struct hobnail_boot *r = world_record();

	return ((const struct hobnail_segment *)hobnail_entry(r, &r->segments, index))->phys;
}

/* The firmware keeps for ever every page of the arena, from `from` on, that lies at a multiple of this. */
static void take_multiples(paddr from, uint64_t of)
{
	for (paddr at = align_up(from, of); at < ARENA + ARENA_BYTES; at += of)
		if (fake.kind[(at - ARENA) / PAGE_BYTES] == EfiConventionalMemory)
			fake.kind[(at - ARENA) / PAGE_BYTES] = EfiRuntimeServicesData;
}

/* ---- p_align ------------------------------------------------------------------------------------------- */

enum { KIB_64 = 0x10000 };

static void aligned_kernel(enum machine machine, enum world_kernel kernel, uint64_t alignment)
{
	world_make(machine, kernel);
	put64(&world_elf, PH_DATA + PH_ALIGN, alignment);
}

/* 2 MiB is the loader's wish, which it may give up; p_align is the kernel's. */
static void p_align_is_kept_where_2_mib_is_not_to_be_had(void **state)
{
	static const struct { enum machine machine; enum world_kernel kernel; } kinds[] = {
		{ FAKE_X86_64, KERNEL_UPPER }, { FAKE_X86_64, KERNEL_PIE },
		{ FAKE_AARCH64, KERNEL_UPPER }, { FAKE_AARCH64, KERNEL_PIE },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		aligned_kernel(kinds[i].machine, kinds[i].kernel, KIB_64);
		take_multiples(ARENA, MIB(2));
		enters();
		assert_int_equal(segment_at(0) % KIB_64, 0);
		assert_int_not_equal(segment_at(0) % MIB(2), 0);
	}
	/* Without it any page will do. */
	world_make(FAKE_X86_64, KERNEL_UPPER);
	take_multiples(ARENA, MIB(2));
	enters();
	assert_int_not_equal(segment_at(0) % KIB_64, 0);
}

static void a_kernel_that_does_not_begin_at_a_multiple_lies_likewise(void **state)
{
	(void)state;
	aligned_kernel(FAKE_X86_64, KERNEL_UPPER, KIB_64);
	put64(&world_elf, PH_TEXT + PH_VADDR, BUILT_TEXT + 0x3000);
	put64(&world_elf, PH_NOTE + PH_VADDR, BUILT_TEXT + 0x3080);
	put64(&world_elf, PH_DATA + PH_VADDR, BUILT_DATA + 0x3000);
	put64(&world_elf, EH_ENTRY, BUILT_ENTRY + 0x3000);
	take_multiples(ARENA, MIB(2));
	take_multiples(ARENA, MIB(2) + 0x3000);
	for (paddr at = ARENA + 0x3000; at < ARENA + ARENA_BYTES; at += MIB(2))
		if (fake.kind[(at - ARENA) / PAGE_BYTES] == EfiConventionalMemory)
			fake.kind[(at - ARENA) / PAGE_BYTES] = EfiRuntimeServicesData;
	enters();
	assert_int_equal(segment_at(0) % KIB_64, 0x3000);
	assert_int_not_equal(segment_at(0) % MIB(2), 0x3000);
}

static void alignments_above_2_mib_are_given(void **state)
{
	(void)state;
	aligned_kernel(FAKE_X86_64, KERNEL_UPPER, MIB(8));
	enters();
	assert_int_equal(segment_at(0) % MIB(8), 0);
	aligned_kernel(FAKE_AARCH64, KERNEL_PIE, MIB(8));
	enters();
	assert_int_equal(segment_at(0) % MIB(8), 0);
}

static void an_alignment_that_memory_does_not_have_is_refused(void **state)
{
	(void)state;
	aligned_kernel(FAKE_X86_64, KERNEL_UPPER, GIB(1)); /* the arena is 16 MiB */
	refuses("that lies as p_align = 0x40000000 asks for");
	assert_true(world_said("(ERR_NO_MEMORY_ALIGNED;"));
	assert_int_equal(fake.status, EFI_OUT_OF_RESOURCES);
	aligned_kernel(FAKE_X86_64, KERNEL_UPPER, MIB(8));
	take_multiples(ARENA, MIB(8));
	refuses("(ERR_NO_MEMORY_ALIGNED;");
}

/* ---- Memory in pieces ---------------------------------------------------------------------------------- */

/* Every other page of the place is the firmware's until exit. */
static void a_destination_may_be_in_any_number_of_pieces(void **state)
{
	static const unsigned pages[] = { 62, 66, 130, 720 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(pages); i++) {
		world_make(FAKE_X86_64, KERNEL_STAGED);
		world_kernel_at(ARENA_BUSY);
		put64(&world_elf, PH_DATA + PH_MEMSZ, (pages[i] - 1) * PAGE_BYTES - 0x10);
		for (unsigned page = 0; page < pages[i]; page++)
			fake.kind[(ARENA_BUSY - ARENA) / PAGE_BYTES + page] = page % 2 ? EfiConventionalMemory
			                                                               : EfiBootServicesData;
		enters();
		assert_int_equal(segment_at(0), ARENA_BUSY);
		assert_int_equal(handoff.move_count, 1);
		assert_int_equal(handoff.moves[0].bytes, pages[i] * PAGE_BYTES);
	}
}

/* What is free now is taken now, exactly; only where the firmware holds a page does the kernel move in later. */
static void a_destination_that_is_free_is_taken_at_once(void **state)
{
	static const struct { unsigned busy; bool staged; } cases[] = {
		{ UINT32_MAX, false }, { 0, true }, { 2, true }, { 5, true },
	};
	const unsigned first = (ARENA_BUSY - ARENA) / PAGE_BYTES - 100, pages = 6;

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		world_make(FAKE_X86_64, KERNEL_STAGED);
		world_kernel_at(ARENA + first * PAGE_BYTES);
		put64(&world_elf, PH_DATA + PH_MEMSZ, (pages - 1) * PAGE_BYTES - 0x10);
		if (cases[i].busy < pages)
			fake.kind[first + cases[i].busy] = EfiBootServicesData;
		enters();
		assert_int_equal(segment_at(0), ARENA + first * PAGE_BYTES);
		assert_int_equal(handoff.move_count, cases[i].staged);
		for (unsigned page = 0; page < pages; page++)
			assert_int_equal(fake.held[first + page], page != cases[i].busy);
		assert_false(fake.held[first - 1] || fake.held[first + pages]);
	}
}

/* Of several segments the one is named that reaches the page, by its number and its program header's; and so is the
 * page. */
static void a_page_that_is_not_free_is_named_with_its_segment(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_STAGED);
	world_kernel_at(ARENA_ACPI - 4 * PAGE_BYTES);
	put64(&world_elf, PH_DATA + PH_MEMSZ, 5 * PAGE_BYTES); /* .bss */
	refuses("segment 1 reaches physical 0x10100000, but the firmware's memory map has ACPI reclaimable memory "
	        "there.");
	world_make(FAKE_X86_64, KERNEL_STAGED);
	world_kernel_at(ARENA_ACPI - 4 * PAGE_BYTES);
	memcpy(world_elf.data + PH_SPARE2, world_elf.data + PH_DATA, 56);
	put32(&world_elf, PH_DATA, 0);
	put64(&world_elf, PH_SPARE2 + PH_MEMSZ, 5 * PAGE_BYTES);
	refuses("segment 1 (program header 5) reaches physical 0x10100000, but");
	world_make(FAKE_X86_64, KERNEL_STAGED);
	world_kernel_at(ARENA + ARENA_BYTES - 2 * PAGE_BYTES);
	put64(&world_elf, PH_DATA + PH_MEMSZ, 5 * PAGE_BYTES);
	refuses("segment 1 must be at physical 0x10fff010, but there is no memory at 0x11000000.");
}

/* ld -Ttext=0xffffffff80000000: the headers' segment is where the linker puts programs, the others in the upper
 * half. */
static void headers_left_at_the_linkers_base_are_told_as_that(void **state)
{
	(void)state;
	for (unsigned high = 0; high < 2; high++) {
		world_make(FAKE_AARCH64, high ? KERNEL_UPPER : KERNEL_STAGED);
		put_segment(&world_elf, PH_SPARE, 1, 4, 0, 0x400000, 0x200, 0x200);
		refuses(high ? "segment 0 (program header 4), which begins with the ELF header, "
		               "must be at physical 0x400000"
		             : "segment 0 (program header 4) must be at physical 0x400000, but there is no memory");
		assert_true(world_said(high ? "(ERR_DESTINATION_HEADERS;" : "(ERR_DESTINATION;"));
	}
}

/* ---- Several places ------------------------------------------------------------------------------------ */

static void put_low(size_t header, paddr at)
{
	put_segment(&world_elf, header, 1, 4, AT_TEXT, at, 0x100, 0x100);
}

/* The block takes its place without the low segment, which has its own already. */
static void a_kernel_of_the_upper_half_may_have_a_low_segment(void **state)
{
	(void)state;
	for (unsigned arm = 0; arm < 2; arm++) {
		world_make(arm ? FAKE_AARCH64 : FAKE_X86_64, KERNEL_UPPER);
		put_low(PH_SPARE, ARENA_FREE + MIB(1));
		enters();
		assert_int_equal(world_record()->segments.count, 3);
		assert_int_equal(segment_at(0), ARENA_FREE + MIB(1));
		assert_int_equal(segment_at(2) - segment_at(1), BUILT_DATA - BUILT_TEXT);
	}
}

/* Two segments where memory is free, and two more, which touch, where it is the firmware's: each of the three places
 * is asked for. */
static void each_place_of_a_low_kernel_is_claimed(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_STAGED);
	put_low(PH_SPARE, ARENA_FREE + MIB(1));
	put_low(PH_SPARE2, ARENA_FREE + MIB(2));
	enters();
	assert_int_equal(world_record()->segments.count, 4);
	assert_int_equal(segment_at(0), ARENA_FREE + MIB(1));
	assert_int_equal(segment_at(1), ARENA_FREE + MIB(2));
	assert_int_equal(segment_at(2), ARENA_BUSY + 8 * PAGE_BYTES);
	assert_true(fake.held[(ARENA_FREE + MIB(1) - ARENA) / PAGE_BYTES]);
	assert_true(fake.held[(ARENA_FREE + MIB(2) - ARENA) / PAGE_BYTES]);
	assert_int_equal(handoff.move_count, 1);
	assert_int_equal(handoff.moves[0].to, ARENA_BUSY + 8 * PAGE_BYTES);
	assert_int_equal(handoff.moves[0].bytes, 2 * PAGE_BYTES);
}

/* ---- Segments that share a page ------------------------------------------------------------------------ */

/* Two segments of equal rights in one page, in this order in the program headers: the first with zeros behind it,
 * up to the second one's first byte or not so far. */
static void share_a_page(uint64_t zeros, bool swapped)
{
	size_t first = swapped ? PH_SPARE : PH_TEXT, second = swapped ? PH_TEXT : PH_SPARE;
	uint64_t at = read_le64(world_elf.data + PH_TEXT + PH_VADDR);

	put_segment(&world_elf, first, 1, 5, AT_TEXT, at, 0x100, 0x100 + zeros);
	put64(&world_elf, first + PH_PADDR, at);
	put_segment(&world_elf, second, 1, 5, AT_TEXT + 0x220, at + 0x220, 0x80, 0x90);
	put64(&world_elf, second + PH_PADDR, at + 0x220);
}

/* world_judge_entered() compares every byte of both pages: what the one does not fill is zero, but for what the
 * other does. */
static void segments_that_share_a_page_keep_each_others_bytes(void **state)
{
	static const struct { enum machine machine; enum world_kernel kernel; } kinds[] = {
		{ FAKE_X86_64, KERNEL_UPPER }, { FAKE_X86_64, KERNEL_STAGED },
		{ FAKE_AARCH64, KERNEL_UPPER }, { FAKE_AARCH64, KERNEL_MMU_OFF },
		{ FAKE_AARCH64, KERNEL_MMU_OFF_STAGED },
	};
	static const uint64_t zeros[] = { 0, 0x10, 0x120 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(kinds); i++)
		for (unsigned k = 0; k < 2 * COUNT_OF(zeros); k++) {
			world_make(kinds[i].machine, kinds[i].kernel);
			share_a_page(zeros[k / 2], k % 2);
			enters();
			assert_int_equal(world_record()->segments.count, 3);
		}
	/* ... where the first begins a page earlier, behind a small one. */
	for (unsigned k = 0; k < 2 * COUNT_OF(zeros); k++) {
		world_make(FAKE_X86_64, KERNEL_STAGED);
		share_a_page(zeros[k / 2], k % 2);
		uint64_t at = align_down(read_le64(world_elf.data + PH_TEXT + PH_VADDR), PAGE_BYTES);
		size_t first = k % 2 ? PH_SPARE : PH_TEXT;
		put_segment(&world_elf, first, 1, 5, AT_TEXT - PAGE_BYTES, at - PAGE_BYTES, 0x1100,
		            0x1100 + zeros[k / 2]);
		put64(&world_elf, first + PH_PADDR, at - PAGE_BYTES);
		put_segment(&world_elf, PH_SPARE2, 1, 4, AT_TEXT, at - 2 * PAGE_BYTES, 0x10, 0x10);
		put64(&world_elf, PH_SPARE2 + PH_PADDR, at - 2 * PAGE_BYTES);
		enters();
		assert_int_equal(world_record()->segments.count, 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p_align_is_kept_where_2_mib_is_not_to_be_had),
		cmocka_unit_test(a_kernel_that_does_not_begin_at_a_multiple_lies_likewise),
		cmocka_unit_test(alignments_above_2_mib_are_given),
		cmocka_unit_test(an_alignment_that_memory_does_not_have_is_refused),
		cmocka_unit_test(a_destination_may_be_in_any_number_of_pieces),
		cmocka_unit_test(a_destination_that_is_free_is_taken_at_once),
		cmocka_unit_test(a_page_that_is_not_free_is_named_with_its_segment),
		cmocka_unit_test(headers_left_at_the_linkers_base_are_told_as_that),
		cmocka_unit_test(a_kernel_of_the_upper_half_may_have_a_low_segment),
		cmocka_unit_test(each_place_of_a_low_kernel_is_claimed),
		cmocka_unit_test(segments_that_share_a_page_keep_each_others_bytes),
	};

	return cmocka_run_group_tests_name("firmware/place", tests, NULL, NULL);
}
