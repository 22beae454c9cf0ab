/* The walker, rule by rule, on tables made by hand. Table n lies at (n + 1) * 4096; a walk goes 0 -> 1 -> 2 -> 3. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "walk.h"

enum { TABLES = 6 };

#define PAT_WITH_WC 0x0007040100070406ull
#define MAIR        0x000000000c4404ffull

static uint64_t memory[TABLES][512];

static bool read_memory(void *context, paddr at, uint64_t *out)
{
	(void)context;
	if (at < 4096 || at >= 4096 * (TABLES + 1) || at % 8)
		return false;
	*out = memory[at / 4096 - 1][at % 4096 / 8];
	return true;
}

static unsigned index_of(vaddr va, unsigned level)
{
	return va >> (12 + 9 * level) & 511;
}

static struct walker walker_of(enum walk_mode mode)
{
	bool a64 = mode == WALK_AARCH64 || mode == WALK_AARCH64_EL2;

	return (struct walker){
		.mode = mode, .root = 0x1000, .upper_root = 0x6000,
		.pat_or_mair = a64 ? MAIR : PAT_WITH_WC, .read = read_memory,
	};
}

static struct walk walk_to(enum walk_mode mode, vaddr va)
{
	struct walker w = walker_of(mode);
	struct walk out;

	memset(&out, 0x5a, sizeof(out));
	walk(&w, va, &out);
	return out;
}

/* Clear memory and lay a path for va: entry[0] at the root, and so on; the frame of each but the last is filled in. */
static void lay(unsigned levels, unsigned frame_shift, vaddr va, const uint64_t *entry, unsigned count)
{
	memset(memory, 0, sizeof(memory));
	for (unsigned i = 0; i < count; i++) {
		uint64_t next = i + 1 < count ? (uint64_t)(i + 2) << frame_shift : 0;
		memory[i][index_of(va, levels - 1 - i)] = entry[i] | next;
	}
}

#define WALK(mode, levels, shift, va, ...) \
	(lay(levels, shift, va, (const uint64_t[]){ __VA_ARGS__ }, COUNT_OF(((const uint64_t[]){ __VA_ARGS__ }))), walk_to(mode, va))

#define VA   0x0000123456789abcull
#define HIGH 0xffff923456789abcull
#define X86(...)  WALK(WALK_X86_64_4, 4, 12, VA, __VA_ARGS__)
#define X86_5(...) WALK(WALK_X86_64_5, 5, 12, 0x00ab123456789abcull, __VA_ARGS__)
#define A64(...)  WALK(WALK_AARCH64, 4, 12, VA, __VA_ARGS__)
#define EL2(...)  WALK(WALK_AARCH64_EL2, 4, 12, VA, __VA_ARGS__)
#define SV39_VA 0x0000001a56789abcull
#define SV39(...) WALK(WALK_SV39, 3, 10, SV39_VA, __VA_ARGS__)
#define SV48(...) WALK(WALK_SV48, 4, 10, VA, __VA_ARGS__)

#define NX (1ull << 63)

static void expect(struct walk w, bool writable, bool executable, bool user, bool user_executable)
{
	assert_true(w.mapped);
	assert_int_equal(w.writable, writable);
	assert_int_equal(w.executable, executable);
	assert_int_equal(w.user, user);
	assert_int_equal(w.user_executable, user_executable);
}

static void expect_fault(struct walk w, unsigned steps)
{
	assert_false(w.mapped);
	assert_false(w.writable || w.executable || w.user || w.user_executable);
	assert_int_equal(w.page_bytes, 0);
	assert_int_equal(w.steps, steps);
}

static void expect_phys(struct walk w, paddr phys, uint64_t bytes)
{
	assert_true(w.mapped);
	assert_int_equal(w.phys, phys);
	assert_int_equal(w.page_bytes, bytes);
}

/* ---- x86_64 -------------------------------------------------------------------------------------------- */

static void x86_steps_name_every_entry_root_first(void **state)
{
	struct walk w = X86(7, 7, 7, 0x5007);

	(void)state;
	assert_int_equal(w.steps, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(w.step[i].level, 3 - i);
		assert_int_equal(w.step[i].index, index_of(VA, 3 - i));
		assert_int_equal(w.step[i].at, 0x1000 * (i + 1) + 8 * index_of(VA, 3 - i));
		assert_int_equal(w.step[i].entry, memory[i][index_of(VA, 3 - i)]);
	}
	expect_phys(w, 0x5abc, KIB(4));
}

static void x86_an_absent_entry_ends_the_walk_there(void **state)
{
	(void)state;
	expect_fault(X86(6), 1);
	expect_fault(X86(7, 6), 2);
	expect_fault(X86(7, 7, 6), 3);
	expect_fault(X86(7, 7, 7, 0x5006), 4);
}

static void x86_write_user_and_execute_are_combined_over_all_levels(void **state)
{
	(void)state;
	expect(X86(7, 7, 7, 7), true, true, true, true);
	for (unsigned level = 0; level < 4; level++) {
		uint64_t e[4] = { 7, 7, 7, 7 };
		e[level] = 5;
		expect(X86(e[0], e[1], e[2], e[3]), false, true, true, true);
		e[level] = 3;
		expect(X86(e[0], e[1], e[2], e[3]), true, true, false, false);
		e[level] = 7 | NX;
		expect(X86(e[0], e[1], e[2], e[3]), true, false, true, false);
	}
}

static void x86_nx_in_the_root_forbids_execution_below(void **state)
{
	(void)state;
	expect(X86(3 | NX, 3, 3, 1), false, false, false, false);
	expect(X86_5(3 | NX, 3, 3, 3, 1), false, false, false, false);
}

static void x86_large_pages_end_the_walk_early(void **state)
{
	(void)state;
	expect_phys(X86(3, 3, 0x40000083), 0x40000000 | (VA & (MIB(2) - 1)), MIB(2));
	expect_phys(X86(3, 0x40000083), 0x40000000 | (VA & (GIB(1) - 1)), GIB(1));
	assert_int_equal(X86(3, 0x40000083).steps, 2);
}

static void x86_page_size_above_1_gib_is_reserved(void **state)
{
	(void)state;
	expect_fault(X86(0x83), 1);
	expect_fault(X86_5(3, 0x83), 2);
	expect_fault(X86_5(0x83), 1);
}

static void x86_frames_of_large_pages_must_be_aligned(void **state)
{
	(void)state;
	expect_fault(X86(3, 3, 0x40002083), 3);
	expect_fault(X86(3, 3, 0x40100083), 3);
	expect_fault(X86(3, 0x40200083), 2);
	expect_phys(X86(3, 3, 0x40001083), 0x40000000 | (VA & (MIB(2) - 1)), MIB(2)); /* bit 12 is PAT */
}

static void x86_memory_type_comes_from_the_pat(void **state)
{
	static const enum walk_memory expected[] = {
		WALK_NORMAL, WALK_MEMORY_OTHER, WALK_DEVICE, WALK_DEVICE, WALK_WRITE_COMBINING, WALK_MEMORY_OTHER, WALK_DEVICE, WALK_DEVICE,
	};

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		uint64_t low = (i & 3) << 3;
		assert_int_equal(X86(3, 3, 3, 0x5003 | low | (i & 4 ? 0x80 : 0)).memory, expected[i]);
		assert_int_equal(X86(3, 3, 0x83 | low | (i & 4 ? 0x1000 : 0)).memory, expected[i]);
	}
}

static void x86_frame_has_52_bits_and_leaves_keys_and_nx_out(void **state)
{
	(void)state;
	expect_phys(X86(3, 3, 3, 0x000ffffffffff003), 0x000ffffffffffabc, KIB(4));
	expect_phys(X86(3, 3, 3, 0xfff0000000005003), 0x5abc, KIB(4));
}

static void x86_cr3_may_hold_more_than_an_address(void **state)
{
	struct walker w = walker_of(WALK_X86_64_4);
	struct walk out;

	(void)state;
	X86(3, 3, 3, 0x5003);
	w.root |= 0x8000000000000fff; /* PCID */
	walk(&w, VA, &out);
	expect_phys(out, 0x5abc, KIB(4));
}

static void x86_five_levels_walk_five_entries(void **state)
{
	struct walk w = X86_5(3, 3, 3, 3, 0x9003);

	(void)state;
	assert_int_equal(w.steps, 5);
	expect_phys(w, 0x9abc, KIB(4));
	assert_int_equal(w.step[0].index, 0xab);
}

static void an_address_that_cannot_be_translated_reads_nothing(void **state)
{
	(void)state;
	memset(memory, 0xff, sizeof(memory));
	expect_fault(walk_to(WALK_X86_64_4, 0x0000800000000000), 0);
	expect_fault(walk_to(WALK_X86_64_4, 0xffff7fffffffffff), 0);
	expect_fault(walk_to(WALK_X86_64_5, 0x0100000000000000), 0);
	expect_fault(walk_to(WALK_X86_64_5, 0xfeffffffffffffff), 0);
	expect_fault(walk_to(WALK_AARCH64, 0x0001000000000000), 0);
	expect_fault(walk_to(WALK_AARCH64, 0xfffeffffffffffff), 0);
	expect_fault(walk_to(WALK_AARCH64, 0x00ff000000000000), 0);
	expect_fault(walk_to(WALK_AARCH64_EL2, 0xffff000000000000), 0);
	expect_fault(walk_to(WALK_SV39, 0x0000004000000000), 0);
	expect_fault(walk_to(WALK_SV39, 0xffffffbfffffffff), 0);
	expect_fault(walk_to(WALK_SV48, 0x0000800000000000), 0);
	memset(memory, 0, sizeof(memory));
	expect_fault(walk_to(WALK_X86_64_4, 0x00007fffffffffff), 1);
	expect_fault(walk_to(WALK_X86_64_4, 0xffff800000000000), 1);
	expect_fault(walk_to(WALK_X86_64_5, 0xff00000000000000), 1);
	expect_fault(walk_to(WALK_AARCH64, 0x0000ffffffffffff), 1);
	expect_fault(walk_to(WALK_AARCH64, 0xffff000000000000), 1);
	expect_fault(walk_to(WALK_SV39, 0xffffffc000000000), 1);
	expect_fault(walk_to(WALK_SV48, 0xffff800000000000), 1);
}

static void a_table_that_is_not_memory_ends_the_walk_there(void **state)
{
	struct walk w = X86(3, 0x123456789003);

	(void)state;
	expect_fault(w, 3);
	assert_int_equal(w.step[2].level, 1);
	assert_int_equal(w.step[2].at, 0x123456789000 + 8 * index_of(VA, 1));
	assert_int_equal(w.step[2].entry, 0);
}

/* ---- aarch64 ------------------------------------------------------------------------------------------- */

#define AF   0x400ull
#define RO   0x80ull
#define EL0  0x40ull
#define PXN  (1ull << 53)
#define UXN  (1ull << 54)
#define PXN_TABLE (1ull << 59)
#define UXN_TABLE (1ull << 60)
#define NO_EL0_TABLE (1ull << 61)
#define RO_TABLE  (1ull << 62)

static void a64_the_upper_range_starts_at_the_second_root(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	memory[5][index_of(HIGH, 3)] = 0x2003;
	memory[1][index_of(HIGH, 2)] = 0x80000001 | AF;
	expect_phys(walk_to(WALK_AARCH64, HIGH), 0x80000000 | (HIGH & (GIB(1) - 1)), GIB(1));
	expect_fault(walk_to(WALK_AARCH64, HIGH & 0xffffffffffff), 1);
}

static void a64_ttbr_may_hold_an_asid_and_cnp(void **state)
{
	struct walker w = walker_of(WALK_AARCH64);
	struct walk out;

	(void)state;
	A64(3, 3, 3, 0x5003 | AF);
	w.root |= 0xabcd000000000001;
	walk(&w, VA, &out);
	expect_phys(out, 0x5abc, KIB(4));
}

static void a64_blocks_are_allowed_in_levels_1_and_2_only(void **state)
{
	(void)state;
	expect_phys(A64(3, 3, 0x40000001 | AF), 0x40000000 | (VA & (MIB(2) - 1)), MIB(2));
	expect_phys(A64(3, 0x40000001 | AF), 0x40000000 | (VA & (GIB(1) - 1)), GIB(1));
	expect_fault(A64(1 | AF), 1);
	expect_fault(A64(3, 3, 3, 0x5001 | AF), 4);
}

static void a64_invalid_entries_fault(void **state)
{
	(void)state;
	expect_fault(A64(2), 1);
	expect_fault(A64(3, 2 | AF), 2);
	expect_fault(A64(3, 3, 3, 0x5002 | AF), 4);
}

static void a64_a_clear_access_flag_faults(void **state)
{
	(void)state;
	expect_fault(A64(3, 3, 3, 0x5003), 4);
	expect_fault(A64(3, 3, 0x40000001), 3);
	expect_fault(EL2(3, 3, 3, 0x5003), 4);
}

static void a64_access_permissions(void **state)
{
	(void)state;
	expect(A64(3, 3, 3, 3 | AF | UXN), true, true, false, false);
	expect(A64(3, 3, 3, 3 | AF | UXN | RO), false, true, false, false);
	expect(A64(3, 3, 3, 3 | AF | UXN | PXN | EL0), true, false, true, false);
	expect(A64(3, 3, 3, 3 | AF | UXN | PXN | EL0 | RO), false, false, true, false);
}

static void a64_pxn_and_uxn_are_two_bits(void **state)
{
	(void)state;
	expect(A64(3, 3, 3, 3 | AF | RO | PXN), false, false, false, true); /* execute-only for EL0 */
	expect(A64(3, 3, 3, 3 | AF | RO | UXN), false, true, false, false);
	expect(A64(3, 3, 3, 3 | AF | RO), false, true, false, true);
}

static void a64_a_page_that_el0_can_write_is_not_executable_at_el1(void **state)
{
	(void)state;
	expect(A64(3, 3, 3, 3 | AF | EL0), true, false, true, true);
	expect(A64(3, 3, 3, 3 | AF | EL0 | RO), false, true, true, true);
	expect(A64(3 | RO_TABLE, 3, 3, 3 | AF | EL0), false, true, true, true);
	expect(A64(3, 3 | NO_EL0_TABLE, 3, 3 | AF | EL0), true, true, false, true);
}

static void a64_tables_restrict_what_lies_below(void **state)
{
	(void)state;
	for (unsigned level = 0; level < 3; level++) {
		uint64_t e[4] = { 3, 3, 3, 3 | AF };
		e[level] = 3 | PXN_TABLE;
		expect(A64(e[0], e[1], e[2], e[3]), true, false, false, true);
		e[level] = 3 | UXN_TABLE;
		expect(A64(e[0], e[1], e[2], e[3]), true, true, false, false);
		e[level] = 3 | RO_TABLE;
		expect(A64(e[0], e[1], e[2], e[3]), false, true, false, true);
		e[level] = 3 | NO_EL0_TABLE;
		expect(A64(e[0], e[1], e[2], e[3] | EL0 | RO), false, true, false, true);
	}
}

static void a64_memory_type_comes_from_the_mair(void **state)
{
	static const enum walk_memory expected[] = {
		WALK_NORMAL, WALK_DEVICE, WALK_WRITE_COMBINING, WALK_DEVICE, WALK_DEVICE,
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(expected); i++) {
		assert_int_equal(A64(3, 3, 3, 3 | AF | i << 2).memory, expected[i]);
		assert_int_equal(EL2(3, 3, 3, 3 | AF | i << 2).memory, expected[i]);
	}
	struct walker w = walker_of(WALK_AARCH64);
	struct walk out;
	w.pat_or_mair = 0xbb; /* write-through */
	A64(3, 3, 3, 3 | AF);
	walk(&w, VA, &out);
	assert_int_equal(out.memory, WALK_MEMORY_OTHER);
}

static void el2_has_xn_and_nothing_for_users(void **state)
{
	(void)state;
	expect(EL2(3, 3, 3, 3 | AF | EL0), true, true, false, false);
	expect(EL2(3, 3, 3, 3 | AF | EL0 | RO), false, true, false, false);
	expect(EL2(3, 3, 3, 3 | AF | EL0 | UXN), true, false, false, false);
	expect(EL2(3, 3, 3, 3 | AF | EL0 | PXN), true, true, false, false); /* RES0 */
	expect(EL2(3, 3 | UXN_TABLE, 3, 3 | AF | EL0), true, false, false, false);
	expect(EL2(3 | PXN_TABLE, 3, 3, 3 | AF | EL0), true, true, false, false); /* RES0 */
	expect(EL2(3, 3, 3 | RO_TABLE, 3 | AF | EL0), false, true, false, false);
}

/* ---- riscv64 ------------------------------------------------------------------------------------------- */

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128 };

static void riscv_a_leaf_is_what_can_be_read_or_executed(void **state)
{
	(void)state;
	expect_phys(SV39(V, V, 0x1400 | V | R | A), 0x5abc, KIB(4));
	expect_phys(SV48(V, V, V, 0x1400 | V | X | A), 0x5abc, KIB(4));
	expect_phys(SV39(V, 0x10000000 | V | R | A), 0x40000000 | (SV39_VA & (MIB(2) - 1)), MIB(2));
	expect_phys(SV39(0x10000000 | V | R | A), 0x40000000 | (SV39_VA & (GIB(1) - 1)), GIB(1));
	expect_phys(SV48(V | R | A), VA & (GIB(512) - 1), GIB(512));
}

static void riscv_rights(void **state)
{
	(void)state;
	expect(SV39(V, V, V | R | W | A | D), true, false, false, false);
	expect(SV39(V, V, V | R | W | A), false, false, false, false); /* D is software's */
	expect(SV39(V, V, V | R | X | A), false, true, false, false);
	expect(SV39(V, V, V | R | W | X | A | D), true, true, false, false);
	expect(SV39(V, V, V | R | W | X | U | A | D), false, false, true, true);
	expect(SV39(V, V, V | X | U | A), false, false, false, true);
}

static void riscv_faults(void **state)
{
	(void)state;
	expect_fault(SV39(0), 1);
	expect_fault(SV39(V, V, R | A), 3);
	expect_fault(SV39(V, V, V | R), 3);               /* A */
	expect_fault(SV39(V, V, V | W | A | D), 3);       /* write without read */
	expect_fault(SV39(V, V, V | W | X | A | D), 3);
	expect_fault(SV39(V, V, V), 3);                   /* a table below level 0 */
	expect_fault(SV39(V, 0x400 | V | R | A), 2);      /* misaligned */
	expect_fault(SV39(0x80000 | V | R | A), 1);
	expect_fault(SV39(V | U, V, V | R | A), 1);       /* reserved in a table entry */
	expect_fault(SV39(V | A, V, V | R | A), 1);
	expect_fault(SV39(V | D, V, V | R | A), 1);
	expect_fault(SV39(V | 1ull << 61, V, V | R | A), 1);
	expect_fault(SV39(V, V, V | R | A | 1ull << 54), 3);
	expect_fault(SV39(V, V, V | R | A | 1ull << 63), 3);
	expect_fault(SV39(V, V, V | R | A | 3ull << 61), 3);
}

static void riscv_memory_type_is_svpbmt(void **state)
{
	(void)state;
	assert_int_equal(SV39(V, V, V | R | A).memory, WALK_NORMAL);
	assert_int_equal(SV39(V, V, V | R | A | 1ull << 61).memory, WALK_WRITE_COMBINING);
	assert_int_equal(SV39(V, V, V | R | A | 2ull << 61).memory, WALK_DEVICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x86_steps_name_every_entry_root_first),
		cmocka_unit_test(x86_an_absent_entry_ends_the_walk_there),
		cmocka_unit_test(x86_write_user_and_execute_are_combined_over_all_levels),
		cmocka_unit_test(x86_nx_in_the_root_forbids_execution_below),
		cmocka_unit_test(x86_large_pages_end_the_walk_early),
		cmocka_unit_test(x86_page_size_above_1_gib_is_reserved),
		cmocka_unit_test(x86_frames_of_large_pages_must_be_aligned),
		cmocka_unit_test(x86_memory_type_comes_from_the_pat),
		cmocka_unit_test(x86_frame_has_52_bits_and_leaves_keys_and_nx_out),
		cmocka_unit_test(x86_cr3_may_hold_more_than_an_address),
		cmocka_unit_test(x86_five_levels_walk_five_entries),
		cmocka_unit_test(an_address_that_cannot_be_translated_reads_nothing),
		cmocka_unit_test(a_table_that_is_not_memory_ends_the_walk_there),
		cmocka_unit_test(a64_the_upper_range_starts_at_the_second_root),
		cmocka_unit_test(a64_ttbr_may_hold_an_asid_and_cnp),
		cmocka_unit_test(a64_blocks_are_allowed_in_levels_1_and_2_only),
		cmocka_unit_test(a64_invalid_entries_fault),
		cmocka_unit_test(a64_a_clear_access_flag_faults),
		cmocka_unit_test(a64_access_permissions),
		cmocka_unit_test(a64_pxn_and_uxn_are_two_bits),
		cmocka_unit_test(a64_a_page_that_el0_can_write_is_not_executable_at_el1),
		cmocka_unit_test(a64_tables_restrict_what_lies_below),
		cmocka_unit_test(a64_memory_type_comes_from_the_mair),
		cmocka_unit_test(el2_has_xn_and_nothing_for_users),
		cmocka_unit_test(riscv_a_leaf_is_what_can_be_read_or_executed),
		cmocka_unit_test(riscv_rights),
		cmocka_unit_test(riscv_faults),
		cmocka_unit_test(riscv_memory_type_is_svpbmt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
