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
	bool a64 = mode >= WALK_AARCH64 && mode <= WALK_AARCH64_EL2_LPA2;

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
	(lay(levels, shift, va, (const uint64_t[]){ __VA_ARGS__ }, COUNT_OF(((const uint64_t[]){ __VA_ARGS__ }))), \
	 walk_to(mode, va))

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
		WALK_NORMAL,          WALK_MEMORY_OTHER, WALK_DEVICE, WALK_DEVICE,
		WALK_WRITE_COMBINING, WALK_MEMORY_OTHER, WALK_DEVICE, WALK_DEVICE,
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
	expect_fault(walk_to(WALK_AARCH64_LPA2, 0x0010000000000000), 0);
	expect_fault(walk_to(WALK_AARCH64_LPA2, 0xffefffffffffffff), 0);
	expect_fault(walk_to(WALK_AARCH64_EL2_LPA2, 0xfff0000000000000), 0);
	expect_fault(walk_to(WALK_SV39, 0x0000004000000000), 0);
	expect_fault(walk_to(WALK_SV39, 0xffffffbfffffffff), 0);
	expect_fault(walk_to(WALK_SV48, 0x0000800000000000), 0);
	memset(memory, 0, sizeof(memory));
	expect_fault(walk_to(WALK_X86_64_4, 0x00007fffffffffff), 1);
	expect_fault(walk_to(WALK_X86_64_4, 0xffff800000000000), 1);
	expect_fault(walk_to(WALK_X86_64_5, 0xff00000000000000), 1);
	expect_fault(walk_to(WALK_AARCH64, 0x0000ffffffffffff), 1);
	expect_fault(walk_to(WALK_AARCH64, 0xffff000000000000), 1);
	expect_fault(walk_to(WALK_AARCH64_LPA2, 0x000fffffffffffff), 1);
	expect_fault(walk_to(WALK_AARCH64_LPA2, 0xfff0000000000000), 1);
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

/* SCTLR_EL2.WXN: what can be written is not executed. */
static void el2_may_forbid_to_execute_what_can_be_written(void **state)
{
	struct walker w = walker_of(WALK_AARCH64_EL2);
	struct walk out;

	(void)state;
	w.flags = WALK_WXN;
	(void)EL2(3, 3, 3, 3 | AF | EL0);
	walk(&w, VA, &out);
	expect(out, true, false, false, false);
	assert_int_equal(out.blame[WALK_EXECUTE].cause, WALK_WRITABLE_PAGE);
	assert_int_equal(out.blame[WALK_EXECUTE].bit, 7);
	(void)EL2(3, 3, 3, 3 | AF | EL0 | RO);
	walk(&w, VA, &out);
	expect(out, false, true, false, false);
	(void)EL2(3, 3, 3 | RO_TABLE, 3 | AF | EL0);
	walk(&w, VA, &out);
	expect(out, false, true, false, false);
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

/* ---- What the processor's state changes ---------------------------------------------------------------- */

/* A walk by a processor whose state `set` describes; memory is as the last WALK() laid it. */
static struct walk walk_as(struct walker set, vaddr va)
{
	struct walker w = walker_of(set.mode);
	struct walk out;

	w.flags = set.flags;
	w.phys_bits = set.phys_bits;
	w.t0sz = set.t0sz;
	w.t1sz = set.t1sz;
	walk(&w, va, &out);
	return out;
}

static void blames(struct walk w, enum walk_access access, enum walk_cause cause, unsigned step, unsigned bit)
{
	assert_int_equal(w.blame[access].cause, cause);
	assert_int_equal(w.blame[access].step, step);
	assert_int_equal(w.blame[access].bit, bit);
}

static void blames_each(struct walk w, enum walk_cause cause, unsigned step, unsigned bit)
{
	for (unsigned i = 0; i < WALK_ACCESSES; i++)
		blames(w, i, cause, step, bit);
}

static void blames_for_all(struct walk w, enum walk_cause cause, unsigned step, unsigned bit)
{
	assert_false(w.mapped || w.readable);
	blames_each(w, cause, step, bit);
}

static void x86_every_bit_beyond_the_processor_s_addresses_is_reserved_at_every_level(void **state)
{
	(void)state;
	for (unsigned phys_bits = 36; phys_bits <= 52; phys_bits++) {
		for (unsigned level = 0; level < 4; level++) {
			for (unsigned bit = 30; bit < 52; bit++) {
				uint64_t e[4] = { 7, 7, 7, 7 };
				e[level] |= 1ull << bit;
				(void)X86(e[0], e[1], e[2], e[3]);
				struct walk w = walk_as((struct walker){ .mode = WALK_X86_64_4,
				                                         .phys_bits = (uint8_t)phys_bits }, VA);
				if (bit >= phys_bits)
					blames_for_all(w, WALK_TOO_WIDE, level, bit);
				else if (level == 3)
					assert_true(w.mapped);
				else
					blames_for_all(w, WALK_UNREADABLE, level + 1, 0);
			}
		}
	}
}

static void x86_large_pages_obey_the_processor_s_width_and_its_lack_of_1_gib(void **state)
{
	const struct walker old = { .mode = WALK_X86_64_4, .flags = WALK_NO_1G, .phys_bits = 36 };

	(void)state;
	(void)X86(7, 7, 0x40000087);
	assert_true(walk_as(old, VA).mapped);
	(void)X86(7, 7, 1ull << 36 | 0x87);
	blames_for_all(walk_as(old, VA), WALK_TOO_WIDE, 2, 36);
	(void)X86(7, 0x40000087);
	blames_for_all(walk_as(old, VA), WALK_RESERVED, 1, 7);
	(void)X86(0x87);
	blames_for_all(walk_as(old, VA), WALK_RESERVED, 0, 7);
}

static void x86_without_nxe_bit_63_is_reserved(void **state)
{
	(void)state;
	for (unsigned level = 0; level < 4; level++) {
		uint64_t e[4] = { 7, 7, 7, 7 };
		e[level] |= NX;
		(void)X86(e[0], e[1], e[2], e[3]);
		blames_for_all(walk_as((struct walker){ .mode = WALK_X86_64_4, .flags = WALK_NO_NX }, VA),
		               WALK_RESERVED, level, 63);
	}
	(void)X86(7, 7, 7, 7);
	assert_true(walk_as((struct walker){ .mode = WALK_X86_64_4, .flags = WALK_NO_NX }, VA).executable);
}

static void x86_without_wp_a_supervisor_writes_everywhere(void **state)
{
	(void)state;
	(void)X86(5, 7, 5, 5);
	assert_true(walk_as((struct walker){ .mode = WALK_X86_64_4, .flags = WALK_NO_WP }, VA).writable);
}

static void x86_smep_and_smap_keep_the_supervisor_from_user_pages(void **state)
{
	const struct walker careful = { .mode = WALK_X86_64_4, .flags = WALK_SMEP | WALK_SMAP };

	(void)state;
	(void)X86(7, 7, 7, 7);
	struct walk w = walk_as(careful, VA);
	assert_true(w.mapped && w.user);
	assert_false(w.readable || w.writable || w.executable);
	blames_each(w, WALK_USER_PAGE, 3, 2);
	(void)X86(7, 7, 7, 3);
	w = walk_as(careful, VA);
	assert_true(w.readable && w.writable && w.executable);
}

static void user_mode_needs_what_gives_it_the_page(void **state)
{
	const struct walker x86 = { .mode = WALK_X86_64_4, .flags = WALK_AS_USER | WALK_NO_WP | WALK_SMEP | WALK_SMAP };
	const struct walker a64 = { .mode = WALK_AARCH64, .flags = WALK_AS_USER | WALK_SMAP };
	const struct walker riscv = { .mode = WALK_SV48, .flags = WALK_AS_USER };
	struct walk w;

	(void)state;
	for (unsigned level = 0; level < 4; level++) {
		uint64_t e[4] = { 7, 7, 7, 7 };
		e[level] = 3;
		(void)X86(e[0], e[1], e[2], e[3]);
		blames_each(walk_as(x86, VA), WALK_KERNEL_PAGE, level, 2);
	}
	(void)X86(7, 5, 3 | NX, 7); /* the first to refuse is to blame */
	w = walk_as(x86, VA);
	blames(w, WALK_READ, WALK_KERNEL_PAGE, 2, 2);
	blames(w, WALK_WRITE, WALK_FORBIDDEN, 1, 1);
	blames(w, WALK_EXECUTE, WALK_KERNEL_PAGE, 2, 2);
	(void)X86(7, 7, 7, 7);
	w = walk_as(x86, VA);
	assert_true(w.readable && w.writable && w.executable);

	(void)A64(3, 3, 3, 3 | AF); /* what EL0 may not read it may execute */
	w = walk_as(a64, VA);
	blames(w, WALK_READ, WALK_KERNEL_PAGE, 3, 6);
	blames(w, WALK_WRITE, WALK_KERNEL_PAGE, 3, 6);
	assert_true(w.executable);
	(void)A64(3, 3 | 1ull << 61, 3 | UXN_TABLE, 3 | AF | EL0 | RO | UXN | PXN);
	w = walk_as(a64, VA);
	blames(w, WALK_READ, WALK_KERNEL_PAGE, 1, 61);
	blames(w, WALK_WRITE, WALK_KERNEL_PAGE, 1, 61);
	blames(w, WALK_EXECUTE, WALK_FORBIDDEN, 2, 60);
	(void)A64(3 | PXN_TABLE, 3, 3, 3 | AF | EL0 | PXN);
	w = walk_as(a64, VA);
	assert_true(w.readable && w.writable && w.executable);
	w = walk_as((struct walker){ .mode = WALK_AARCH64, .flags = WALK_AS_USER | WALK_WXN }, VA);
	blames(w, WALK_EXECUTE, WALK_WRITABLE_PAGE, 3, 7);

	(void)SV48(V, V, V, V | R | W | X | A | D);
	blames_each(walk_as(riscv, VA), WALK_KERNEL_PAGE, 3, 4);
	(void)SV48(V, V, V, V | R | W | X | U | A | D);
	w = walk_as(riscv, VA);
	assert_true(w.readable && w.writable && w.executable);
}

static void a_tag_is_no_part_of_the_address(void **state)
{
	struct walker w = { .mode = WALK_AARCH64, .flags = WALK_TBI0 };
	const vaddr tag = 0x5aull << 56, high = 0xffffull << 48 | VA;
	struct walk found;

	(void)state;
	(void)A64(3, 3, 3, 3 | AF);
	found = walk_as(w, VA | tag);
	assert_true(found.mapped);
	assert_int_equal(found.va, VA);
	assert_int_equal(found.phys, walk_as(w, VA).phys);
	/* the other range has none */
	blames_for_all(walk_as(w, (high ^ 0xffull << 56) | tag), WALK_NOT_CANONICAL, 0, 0);
	blames_for_all(walk_as(w, VA | 1ull << 52), WALK_NOT_CANONICAL, 0, 0);
	w.flags = WALK_TBI1;
	blames_for_all(walk_as(w, VA | tag), WALK_NOT_CANONICAL, 0, 0);
	assert_int_equal(walk_untagged(&w, (high ^ 0xffull << 56) | tag), high);
	assert_int_equal(walk_untagged(&w, high), high);
	w = (struct walker){ .mode = WALK_AARCH64_EL2, .flags = WALK_TBI0 };
	assert_true(walk_as(w, VA | tag).mapped);
}

static void the_first_entry_that_takes_a_right_away_is_to_blame(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 4; first++) {
		uint64_t e[4] = { 7, 7, 7, 7 };
		for (unsigned i = first; i < 4; i++)
			e[i] = 5 | NX;
		struct walk w = X86(e[0], e[1], e[2], e[3]);
		blames(w, WALK_READ, WALK_GRANTED, 0, 0);
		blames(w, WALK_WRITE, WALK_FORBIDDEN, first, 1);
		blames(w, WALK_EXECUTE, WALK_FORBIDDEN, first, 63);
	}
	blames_for_all(X86(7 | NX, 5, 0), WALK_ABSENT, 2, 0); /* what ends the walk is to blame for all */
}

static void a64_every_entry_is_blamed_for_what_it_takes(void **state)
{
	(void)state;
	for (unsigned level = 0; level < 4; level++) {
		uint64_t e[4] = { 3, 3, 3, 3 | AF }, page = level == 3;
		e[level] |= page ? PXN | RO : PXN_TABLE | RO_TABLE;
		struct walk w = A64(e[0], e[1], e[2], e[3]);
		blames(w, WALK_WRITE, WALK_FORBIDDEN, level, page ? 7 : 62);
		blames(w, WALK_EXECUTE, WALK_FORBIDDEN, level, page ? 53 : 59);
		e[level] = (e[level] & ~(PXN | PXN_TABLE)) | (page ? UXN : UXN_TABLE);
		w = EL2(e[0], e[1], e[2], e[3]);
		blames(w, WALK_WRITE, WALK_FORBIDDEN, level, page ? 7 : 62);
		blames(w, WALK_EXECUTE, WALK_FORBIDDEN, level, page ? 54 : 60);
	}
	blames(A64(3, 3, 3, 3 | AF | EL0), WALK_EXECUTE, WALK_USER_PAGE, 3, 6);
	blames_for_all(A64(3, 3, 3, 3), WALK_ABSENT, 3, 10);
	blames_for_all(A64(3, 3, 3, 1 | AF), WALK_RESERVED, 3, 1);
	blames_for_all(A64(1 | AF), WALK_RESERVED, 0, 1);
	blames_for_all(A64(3, 2 | AF), WALK_ABSENT, 1, 0);
}

static void a64_addresses_have_the_width_of_ips(void **state)
{
	static const uint8_t widths[] = { 32, 36, 40, 42, 44, 48 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(widths); i++) {
		for (unsigned level = 0; level < 4; level++) {
			for (unsigned bit = 30; bit < 48; bit++) {
				uint64_t e[4] = { 3, 3, 3, 3 | AF };
				e[level] |= 1ull << bit;
				(void)A64(e[0], e[1], e[2], e[3]);
				struct walk w = walk_as((struct walker){ .mode = WALK_AARCH64, .phys_bits = widths[i] },
				                        VA);
				if (bit >= widths[i])
					blames_for_all(w, WALK_TOO_WIDE, level, bit);
				else
					assert_true(level == 3 ? w.mapped : w.blame[0].cause == WALK_UNREADABLE);
			}
		}
	}
	struct walker w = walker_of(WALK_AARCH64);
	struct walk out;
	w.phys_bits = 40;
	w.root = 1ull << 41;
	walk(&w, VA, &out);
	assert_int_equal(out.steps, 0);
	blames_for_all(out, WALK_TOO_WIDE, 0, 41);
}

/* Every size of a range: the last address is translated from the right level, the one behind it is not. */
static void a64_ranges_are_as_large_as_t0sz_and_t1sz_say(void **state)
{
	(void)state;
	memset(memory, 0, sizeof memory);
	for (unsigned size = 16; size <= 47; size++) {
		unsigned levels = (64 - size - 12 + 8) / 9;
		for (unsigned upper = 0; upper < 2; upper++) {
			const struct walker set = { .mode = WALK_AARCH64, .t0sz = (uint8_t)(upper ? 0 : size),
			                            .t1sz = (uint8_t)(upper ? size : 0) };
			vaddr last = (1ull << (64 - size)) - 1, first = 0 - (1ull << (64 - size));
			struct walk w = walk_as(set, upper ? first : last);
			blames_for_all(w, WALK_ABSENT, 0, 0);
			assert_int_equal(w.steps, 1);
			assert_int_equal(w.step[0].level, levels - 1);
			unsigned entries = 1u << (64 - size - 12 - 9 * (levels - 1));
			assert_int_equal(w.step[0].index, upper ? 0 : entries - 1);
			assert_int_equal(w.step[0].at, (upper ? 0x6000 : 0x1000) + 8 * w.step[0].index);
			blames_for_all(walk_as(set, upper ? first - 1 : last + 1), WALK_NOT_CANONICAL, 0, 0);
		}
	}
}

static void a64_a_small_root_may_begin_inside_a_page(void **state)
{
	struct walker w = walker_of(WALK_AARCH64_EL2);
	struct walk out;

	(void)state;
	memset(memory, 0, sizeof memory);
	w.t0sz = 23; /* 41 bits: four entries of level 0, aligned to 64 bytes */
	w.root = 0x1000 + 0x7c0 + 0x20;
	memory[0][0x7c0 / 8 + 3] = 0x2003;
	memory[1][0] = 0x80000001 | AF;
	walk(&w, 3ull << 39, &out);
	expect_phys(out, 0x80000000, GIB(1));
	assert_int_equal(out.step[0].at, 0x1000 + 0x7c0 + 24);
	/* 43 bits: 16 entries, aligned to their 128 bytes, whatever stands in the bits below. */
	w.t0sz = 21;
	w.root = 0x1000 + 0x780 + 0x60;
	memory[0][0x780 / 8 + 15] = 0x2003;
	walk(&w, 15ull << 39, &out);
	expect_phys(out, 0x80000000, GIB(1));
	assert_int_equal(out.step[0].at, 0x1000 + 0x780 + 15 * 8);
}

static void a64_epd_switches_a_range_off(void **state)
{
	(void)state;
	(void)A64(3, 3, 3, 3 | AF);
	blames_for_all(walk_as((struct walker){ .mode = WALK_AARCH64, .flags = WALK_EPD0 }, VA), WALK_DISABLED, 0, 0);
	assert_true(walk_as((struct walker){ .mode = WALK_AARCH64, .flags = WALK_EPD1 }, VA).mapped);
	blames_for_all(walk_as((struct walker){ .mode = WALK_AARCH64, .flags = WALK_EPD1 }, HIGH), WALK_DISABLED, 0, 0);
	blames_for_all(walk_as((struct walker){ .mode = WALK_AARCH64, .flags = WALK_EPD0 }, HIGH), WALK_ABSENT, 0, 0);
}

static void a64_wxn_pan_and_a_managed_access_flag(void **state)
{
	(void)state;
	(void)A64(3, 3, 3, 3);
	assert_true(walk_as((struct walker){ .mode = WALK_AARCH64, .flags = WALK_HW_AF }, VA).mapped);
	(void)A64(3, 3, 3, 3 | AF);
	blames(walk_as((struct walker){ .mode = WALK_AARCH64, .flags = WALK_WXN }, VA), WALK_EXECUTE,
	       WALK_WRITABLE_PAGE, 3, 7);
	(void)A64(3, 3, 3, 3 | AF | RO);
	assert_true(walk_as((struct walker){ .mode = WALK_AARCH64, .flags = WALK_WXN }, VA).executable);
	(void)A64(3, 3, 3, 3 | AF | RO | EL0);
	struct walk w = walk_as((struct walker){ .mode = WALK_AARCH64, .flags = WALK_SMAP }, VA);
	blames(w, WALK_READ, WALK_USER_PAGE, 3, 6);
	assert_true(w.executable);
}

static void a64_shareability_matters_for_cached_memory(void **state)
{
	(void)state;
	for (uint64_t sh = 0; sh < 4; sh++) {
		assert_int_equal(A64(3, 3, 3, 3 | AF | sh << 8).shared, sh >= 2);
		assert_int_equal(EL2(3, 3, 3, 3 | AF | sh << 8).shared, sh >= 2);
		assert_true(A64(3, 3, 3, 3 | AF | sh << 8 | 1 << 2).shared);
		assert_true(A64(3, 3, 3, 3 | AF | sh << 8 | 2 << 2).shared);
	}
	assert_true(X86(7, 7, 7, 7).shared);
}

/* ---- aarch64 with 52 bits: FEAT_LPA2, TCR.DS = 1 -------------------------------------------------------- */

#define WIDE_VA   0x000d123456789abcull
#define WIDE_HIGH 0xfffd123456789abcull
#define WIDE(...)     WALK(WALK_AARCH64_LPA2, 5, 12, WIDE_VA, __VA_ARGS__)
#define EL2_WIDE(...) WALK(WALK_AARCH64_EL2_LPA2, 5, 12, WIDE_VA, __VA_ARGS__)

static void a64_lpa2_the_first_of_five_tables_has_16_entries(void **state)
{
	struct walk w = WIDE(3, 3, 3, 3, 0x9003 | AF);

	(void)state;
	assert_int_equal(w.steps, 5);
	expect_phys(w, 0x9abc, KIB(4));
	assert_int_equal(w.step[0].level, 4);
	assert_int_equal(w.step[0].index, 13);
	assert_int_equal(w.step[0].at, 0x1000 + 13 * 8);
	memset(memory, 0, sizeof memory);
	memory[5][13] = 0x2003; /* the upper range's: no more of the address selects its entry */
	memory[1][index_of(WIDE_HIGH, 3)] = 0x3003;
	memory[2][index_of(WIDE_HIGH, 2)] = 0x80000001 | AF;
	expect_phys(walk_to(WALK_AARCH64_LPA2, WIDE_HIGH), 0x80000000 | (WIDE_HIGH & (GIB(1) - 1)), GIB(1));
	blames_for_all(walk_to(WALK_AARCH64_LPA2, WIDE_VA), WALK_ABSENT, 0, 0);
	expect_phys(EL2_WIDE(3, 3, 3, 3, 0x9003 | AF), 0x9abc, KIB(4));
}

static void a64_lpa2_ranges_begin_at_12(void **state)
{
	(void)state;
	memset(memory, 0, sizeof memory);
	for (unsigned size = 10; size <= 47; size++) {
		const struct walker set = { .mode = WALK_AARCH64_LPA2, .t0sz = (uint8_t)size, .t1sz = (uint8_t)size };
		const uint64_t bytes = 1ull << (64 - size);
		struct walk low = walk_as(set, bytes - 1), high = walk_as(set, 0 - bytes);
		if (size < 12) {
			blames_for_all(low, WALK_NOT_CANONICAL, 0, 0);
			continue;
		}
		assert_int_equal(low.steps + high.steps, 2);
		assert_int_equal(low.step[0].level, (64 - size - 13) / 9);
		assert_int_equal(low.step[0].index, (1u << (64 - size - 12 - 9 * low.step[0].level)) - 1);
		assert_int_equal(high.step[0].at, 0x6000);
		blames_for_all(walk_as(set, bytes), WALK_NOT_CANONICAL, 0, 0);
	}
}

/* "TTBR0_EL1", BADDR: bits 51 to 48 of the root's address are in bits 5 to 2 of the register. */
static void a64_lpa2_the_root_has_its_upper_bits_below(void **state)
{
	struct walker w = walker_of(WALK_AARCH64_LPA2);
	struct walk out;

	(void)state;
	(void)WIDE(3, 3, 3, 3, 0x9003 | AF);
	for (unsigned n = 0; n < 16; n++) {
		w.root = 0xabcd000000001001 | n << 2; /* ASID, CnP */
		walk(&w, WIDE_VA, &out);
		assert_int_equal(out.step[0].at, (uint64_t)n << 48 | (0x1000 + 13 * 8));
		assert_int_equal(out.mapped, n == 0);
		assert_int_equal(walk_root(&w, WIDE_VA), (uint64_t)n << 48 | 0x1000);
		assert_int_equal(walk_root(&w, WIDE_HIGH), 0x6000);
		w.phys_bits = 50;
		walk(&w, WIDE_VA, &out);
		if (n >= 4)
			blames_for_all(out, WALK_TOO_WIDE, 0, n & 4 ? 50 : 51);
		w.phys_bits = 0;
	}
	w.root = 0x0001000000001000; /* an address is not what the register holds: this is another's */
	walk(&w, WIDE_VA, &out);
	assert_int_equal(out.step[0].at, 0x1000 + 13 * 8);
	assert_true(walk_has_two_roots(WALK_AARCH64_LPA2) && walk_has_two_roots(WALK_AARCH64));
	assert_false(walk_has_two_roots(WALK_AARCH64_EL2_LPA2) || walk_has_two_roots(WALK_X86_64_5));
}

/* "VMSAv8-64 translation table format descriptors": bits 49:12 in place, 51:50 in bits 9:8. */
static void a64_lpa2_addresses_have_two_parts(void **state)
{
	(void)state;
	expect_phys(WIDE(3, 3, 3, 3, 0x0003fffffffff003 | 1 << 8 | AF), 0x0007fffffffffabc, KIB(4));
	expect_phys(WIDE(3, 3, 3, 3, 0x8003 | 2 << 8 | AF), 0x0008000000008abc, KIB(4));
	expect_phys(WIDE(3, 3, 0x0002000040000001 | 3 << 8 | AF), 0x000e000040000000 | (WIDE_VA & (GIB(1) - 1)),
	            GIB(1));
	for (unsigned level = 0; level < 5; level++)
		for (unsigned bit = 44; bit < 52; bit++) {
			uint64_t e[5] = { 3, 3, 3, 3, 3 | AF };
			unsigned place = bit < 50 ? bit : bit - 42;
			e[level] |= 1ull << place;
			(void)WIDE(e[0], e[1], e[2], e[3], e[4]);
			const struct walker narrow = { .mode = WALK_AARCH64_LPA2, .phys_bits = 48 },
			                    wide = { .mode = WALK_AARCH64_LPA2, .phys_bits = 52 };
			if (bit >= 48)
				blames_for_all(walk_as(narrow, WIDE_VA), WALK_TOO_WIDE, level, place);
			struct walk w = walk_as(bit < 48 ? narrow : wide, WIDE_VA);
			if (level == 4)
				expect_phys(w, 1ull << bit | (WIDE_VA & 4095), KIB(4));
			else
				assert_int_equal(w.step[level + 1].at >> 44, 1u << (bit - 44));
		}
}

static void a64_lpa2_level_0_has_blocks_and_level_minus_1_has_none(void **state)
{
	(void)state;
	expect_phys(WIDE(3, 0x8000000001 | AF), 0x8000000000 | (WIDE_VA & (GIB(512) - 1)), GIB(512));
	expect_phys(EL2_WIDE(3, 0x8000000001 | AF), 0x8000000000 | (WIDE_VA & (GIB(512) - 1)), GIB(512));
	blames_for_all(WIDE(0x1000000000001 | AF), WALK_RESERVED, 0, 1);
	expect_fault(WIDE(3, 3, 3, 3, 0x5001 | AF), 5);
	const struct walker four = { .mode = WALK_AARCH64_LPA2, .t0sz = 16 };
	lay(4, 12, VA, (const uint64_t[]){ 0x8000000001 | AF }, 1);
	expect_phys(walk_as(four, VA), 0x8000000000 | (VA & (GIB(512) - 1)), GIB(512));
}

static void a64_lpa2_shareability_is_the_range_s(void **state)
{
	(void)state;
	for (unsigned alone = 0; alone < 4; alone++) {
		const struct walker w = { .mode = WALK_AARCH64_LPA2, .flags = (uint16_t)(alone << 12) };
		_Static_assert(WALK_ALONE0 == 1 << 12 && WALK_ALONE1 == 2 << 12, "shifted above");
		(void)WIDE(3, 3, 3, 3, 3 | AF);
		memcpy(memory[5], memory[0], sizeof memory[0]);
		assert_int_equal(walk_as(w, WIDE_VA).shared, !(alone & 1));
		assert_int_equal(walk_as(w, WIDE_HIGH).shared, !(alone & 2));
		struct walk next = walk_as(w, WIDE_VA);
		struct walker same = walker_of(WALK_AARCH64_LPA2);
		same.flags = w.flags;
		walk_next(&same, WIDE_VA, &next);
		assert_int_equal(next.shared, !(alone & 1));
		(void)WIDE(3, 3, 3, 3, 3 | AF | 1 << 2);
		assert_true(walk_as(w, WIDE_VA).shared);
	}
}

static const uint64_t *page_of(void *context, paddr page);

/* Neighbours whose frames go on where the lower part of the address overflows are not alike. */
static void a64_lpa2_an_extent_ends_where_the_upper_part_begins(void **state)
{
	struct walker w = walker_of(WALK_AARCH64_LPA2);
	struct walk out;

	(void)state;
	(void)WIDE(3, 3, 3, 3, 3 | AF);
	w.page = page_of;
	unsigned first = index_of(WIDE_VA, 0);
	for (unsigned i = 0; i < 8; i++)
		memory[4][first + i] = (0x0003ffffffffc000ull + i * 4096ull) | 3 | AF; /* the fifth has bit 50 */
	walk(&w, WIDE_VA & ~4095ull, &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 4 * 4096);
	for (unsigned i = 4; i < 8; i++)
		memory[4][first + i] = (i - 4) * 4096ull | 1 << 8 | 3 | AF;
	walk(&w, WIDE_VA & ~4095ull, &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 4 * 4096);
	walk(&w, (WIDE_VA & ~4095ull) + 4 * 4096, &out);
	assert_int_equal(out.phys, 1ull << 50);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 4 * 4096);
	walk(&w, 0, &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 13ull << 48);
	walk(&w, 14ull << 48, &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 2ull << 48);
}

static void riscv_every_entry_is_blamed_for_what_it_takes(void **state)
{
	(void)state;
	blames(SV39(V, V, V | X | A), WALK_READ, WALK_FORBIDDEN, 2, 1);
	blames(SV39(V, V, V | R | A), WALK_WRITE, WALK_FORBIDDEN, 2, 2);
	blames(SV39(V, V, V | R | A), WALK_EXECUTE, WALK_FORBIDDEN, 2, 3);
	blames(SV39(V, V, V | R | W | A), WALK_WRITE, WALK_FORBIDDEN, 2, 7);
	for (unsigned i = 0; i < WALK_ACCESSES; i++)
		blames(SV48(V, V, V, V | R | W | X | A | D | U), i, WALK_USER_PAGE, 3, 4);
	blames_for_all(SV39(V, V, V | R), WALK_ABSENT, 2, 6);
	blames_for_all(SV39(V, V, V), WALK_RESERVED, 2, 1);
	blames_for_all(SV39(V, 0x400 | V | R | A), WALK_RESERVED, 1, 10);
	blames_for_all(SV39(V | D, V, V | R | A), WALK_RESERVED, 0, 7);
}

/* ---- One walk after another ---------------------------------------------------------------------------- */

static unsigned pages_asked;

static const uint64_t *page_of(void *context, paddr page)
{
	(void)context;
	pages_asked++;
	return page >= 4096 && page < 4096 * (TABLES + 1) ? memory[page / 4096 - 1] : NULL;
}

static void same_walk(const struct walk *a, const struct walk *b)
{
	assert_int_equal(a->steps, b->steps);
	for (unsigned i = 0; i < a->steps; i++) {
		assert_int_equal(a->step[i].level, b->step[i].level);
		assert_int_equal(a->step[i].index, b->step[i].index);
		assert_int_equal(a->step[i].at, b->step[i].at);
		assert_int_equal(a->step[i].entry, b->step[i].entry);
	}
	assert_true(a->mapped == b->mapped && a->readable == b->readable && a->writable == b->writable &&
	            a->executable == b->executable && a->user == b->user && a->user_executable == b->user_executable &&
	            a->shared == b->shared && a->memory == b->memory);
	assert_int_equal(a->va, b->va);
	assert_int_equal(a->phys, b->phys);
	assert_int_equal(a->page_bytes, b->page_bytes);
	assert_memory_equal(a->blame, b->blame, sizeof a->blame);
}

/* Tables of random entries that lead to each other: a walk after any other is the walk, and what holds for an
 * extent holds for each page in it and, if there was no limit, not behind it. */
static void a_walk_after_another_is_the_same_and_extents_are_true(void **state)
{
	static const uint64_t bits[] = { 7, 5, 3, 7 | NX, 0x87, 0, 3 | AF, 1 | AF, 3 | PXN_TABLE, 3 | AF | RO, V,
	                                 V | R | A, V | R | W | A | D };
	uint64_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 60000; round++) {
		struct walker w = walker_of(round % 6), slow = w;
		struct walk next = { .steps = 0 }, fresh;
		w.page = page_of;
		slow.read = read_memory;
		w.phys_bits = slow.phys_bits = round & 64 ? 40 : 0;
		w.t0sz = slow.t0sz = round & 128 ? 25 : 0;
		if (round % 600 < 6) {
			for (unsigned i = 0; i < TABLES * 512; i++) {
				seed = seed * 6364136223846793005 + 1442695040888963407;
				unsigned shift = w.mode >= WALK_SV39 ? 10 : 12;
				uint64_t e = bits[(seed >> 40) % COUNT_OF(bits)] | (seed >> 50) % 8 << shift;
				bool like_the_last = i % 512 && (seed >> 33) % 4;
				uint64_t step = (seed >> 33) % 4 == 1 ? 1ull << shift : 0;
				memory[i / 512][i % 512] = like_the_last ? memory[i / 512][i % 512 - 1] + step : e;
			}
		}
		vaddr va = 0;
		for (unsigned i = 0; i < 12; i++) {
			seed = seed * 6364136223846793005 + 1442695040888963407;
			va = i % 3 == 0 ? seed >> (seed & 1 ? 17 : 0) : va ^ (seed >> 20 & 0x1fffff);
			va |= i % 4 == 3 ? 0xffff800000000000 : 0;
			walk_next(&w, va, &next);
			walk(&slow, va, &fresh);
			same_walk(&next, &fresh);
			uint64_t limit = seed & 2 ? UINT64_MAX : 1 + (seed >> 30 & 0xfffff),
				 bytes = walk_extent(&w, &next, limit);
			assert_true(bytes > 0 && bytes <= limit);
			for (unsigned k = 0; k < 6; k++) {
				uint64_t offset = k == 0 ? bytes - 1 : (seed * (k + 7) >> 8) % bytes;
				struct walk there;
				walk(&slow, va + offset, &there);
				assert_true(there.mapped == next.mapped && there.writable == next.writable &&
				            there.executable == next.executable && there.user == next.user &&
				            there.memory == next.memory);
				assert_memory_equal(there.blame, next.blame, sizeof there.blame);
				assert_true(!there.mapped || there.phys - next.phys == offset);
			}
		}
	}
}

/* ... and are as long as they are true: as far as the table's last entry, the first that differs, or the byte
 * before the limit. */
static void an_extent_has_all_that_is_alike_in_the_table(void **state)
{
	struct walker w = walker_of(WALK_X86_64_4);
	struct walk out;

	(void)state;
	lay(4, 12, 0, (const uint64_t[]){ 7, 7, 7, 7 }, 4);
	w.page = page_of;
	for (unsigned i = 0; i < 512; i++)
		memory[3][i] = 0x40000007 + i * 4096ull;
	memory[4][0] = 0x40000007 + MIB(2); /* what follows would go on */
	for (unsigned i = 0; i < 512; i++) {
		walk(&w, i * 4096ull + 0x10, &out);
		assert_int_equal(walk_extent(&w, &out, UINT64_MAX), (512 - i) * 4096ull - 0x10);
	}
	for (unsigned pages = 1; pages < 512; pages++)
		for (unsigned more = 0; more < 3; more++) {
			walk(&w, 0, &out);
			assert_int_equal(walk_extent(&w, &out, pages * 4096ull + more), pages * 4096ull + more);
		}
	for (unsigned i = 1; i < 512; i++) {
		memory[3][i] ^= 2;
		walk(&w, 0, &out);
		assert_int_equal(walk_extent(&w, &out, UINT64_MAX), i * 4096ull);
		memory[3][i] ^= 2;
	}
	/* A root of 16 entries inside a page. */
	memset(memory, 0, sizeof memory);
	w = walker_of(WALK_AARCH64_EL2);
	w.page = page_of;
	w.t0sz = 21;
	w.root = 0x1000 + 0x780;
	walk(&w, 0, &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 1ull << 43);
}

static void a_walk_in_the_same_table_reads_that_table_only(void **state)
{
	struct walker w = walker_of(WALK_X86_64_4);
	struct walk out;

	(void)state;
	(void)X86(7, 7, 7, 7);
	w.page = page_of;
	walk(&w, VA, &out);
	pages_asked = 0;
	walk_next(&w, VA ^ 0x1000, &out);
	assert_int_equal(pages_asked, 1);
	walk_next(&w, VA ^ 0x200000, &out);
	assert_int_equal(pages_asked, 4); /* PML4, PDPT, PD: nothing there */
}

static void holes_end_where_a_table_begins(void **state)
{
	struct walker w = walker_of(WALK_X86_64_4);
	struct walk out;

	(void)state;
	memset(memory, 0, sizeof memory);
	w.page = page_of;
	memory[0][511] = 0x2007;
	walk(&w, 0x1234, &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), (1ull << 47) - 0x1234);
	walk(&w, 0xffff800000000000, &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), GIB(512) * 255);
	walk(&w, 1ull << 47, &out);
	assert_int_equal(out.steps, 0);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 0xffff800000000000 - (1ull << 47));
	w = walker_of(WALK_AARCH64_EL2);
	walk(&w, 1ull << 48, &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 0 - (1ull << 48));
	w = walker_of(WALK_AARCH64);
	w.t0sz = w.t1sz = 25;
	walk(&w, 1ull << 39, &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 0 - (2ull << 39));
	w.flags = WALK_EPD0;
	walk(&w, 0, &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 1ull << 39);
	assert_int_equal(walk_extent(&w, &out, 12345), 12345);
	w.flags = WALK_EPD1;
	walk(&w, 0 - (1ull << 38), &out);
	assert_int_equal(walk_extent(&w, &out, UINT64_MAX), 1ull << 38);
}

static void ranges_leave_a_gap(void **state)
{
	static const struct { enum walk_mode mode; uint8_t t0sz, t1sz; vaddr from, to; } rows[] = {
		{ WALK_X86_64_4, 0, 0, 1ull << 47, 0 - (1ull << 47) },
		{ WALK_X86_64_5, 0, 0, 1ull << 56, 0 - (1ull << 56) },
		{ WALK_AARCH64, 0, 0, 1ull << 48, 0 - (1ull << 48) },
		{ WALK_AARCH64, 25, 16, 1ull << 39, 0 - (1ull << 48) },
		{ WALK_AARCH64_LPA2, 12, 30, 1ull << 52, 0 - (1ull << 34) }, { WALK_AARCH64_EL2, 28, 0, 1ull << 36, 0 },
		{ WALK_AARCH64_EL2_LPA2, 0, 0, 1ull << 52, 0 }, { WALK_AARCH64, 16, 60, 1ull << 48, 0 },
		{ WALK_SV39, 0, 0, 1ull << 38, 0 - (1ull << 38) }, { WALK_SV48, 0, 0, 1ull << 47, 0 - (1ull << 47) },
	};
	vaddr from, to;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct walker w = walker_of(rows[i].mode);
		w.t0sz = rows[i].t0sz;
		w.t1sz = rows[i].t1sz;
		walk_gap(&w, &from, &to);
		assert_int_equal(from, rows[i].from);
		assert_int_equal(to, rows[i].to);
	}
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
		cmocka_unit_test(el2_may_forbid_to_execute_what_can_be_written),
		cmocka_unit_test(riscv_a_leaf_is_what_can_be_read_or_executed),
		cmocka_unit_test(riscv_rights),
		cmocka_unit_test(riscv_faults),
		cmocka_unit_test(riscv_memory_type_is_svpbmt),
		cmocka_unit_test(x86_every_bit_beyond_the_processor_s_addresses_is_reserved_at_every_level),
		cmocka_unit_test(x86_large_pages_obey_the_processor_s_width_and_its_lack_of_1_gib),
		cmocka_unit_test(x86_without_nxe_bit_63_is_reserved),
		cmocka_unit_test(x86_without_wp_a_supervisor_writes_everywhere),
		cmocka_unit_test(x86_smep_and_smap_keep_the_supervisor_from_user_pages),
		cmocka_unit_test(user_mode_needs_what_gives_it_the_page),
		cmocka_unit_test(a_tag_is_no_part_of_the_address),
		cmocka_unit_test(the_first_entry_that_takes_a_right_away_is_to_blame),
		cmocka_unit_test(a64_every_entry_is_blamed_for_what_it_takes),
		cmocka_unit_test(a64_addresses_have_the_width_of_ips),
		cmocka_unit_test(a64_ranges_are_as_large_as_t0sz_and_t1sz_say),
		cmocka_unit_test(a64_a_small_root_may_begin_inside_a_page),
		cmocka_unit_test(a64_epd_switches_a_range_off),
		cmocka_unit_test(a64_wxn_pan_and_a_managed_access_flag),
		cmocka_unit_test(a64_shareability_matters_for_cached_memory),
		cmocka_unit_test(a64_lpa2_the_first_of_five_tables_has_16_entries),
		cmocka_unit_test(a64_lpa2_ranges_begin_at_12),
		cmocka_unit_test(a64_lpa2_the_root_has_its_upper_bits_below),
		cmocka_unit_test(a64_lpa2_addresses_have_two_parts),
		cmocka_unit_test(a64_lpa2_level_0_has_blocks_and_level_minus_1_has_none),
		cmocka_unit_test(a64_lpa2_shareability_is_the_range_s),
		cmocka_unit_test(a64_lpa2_an_extent_ends_where_the_upper_part_begins),
		cmocka_unit_test(riscv_every_entry_is_blamed_for_what_it_takes),
		cmocka_unit_test(a_walk_after_another_is_the_same_and_extents_are_true),
		cmocka_unit_test(an_extent_has_all_that_is_alike_in_the_table),
		cmocka_unit_test(a_walk_in_the_same_table_reads_that_table_only),
		cmocka_unit_test(holes_end_where_a_table_begins),
		cmocka_unit_test(ranges_leave_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
