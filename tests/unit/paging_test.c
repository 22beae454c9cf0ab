/* The builder, for every format: against numbers worked out from the manuals, against the independent walker, and
 * against a plain array that says what each page should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "paging.h"
#include "walk.h"

enum { TABLES = 6000 };

#define TABLE_BASE 0x7000000ull /* "physical" address of the first table */
#define FAR        (0xaull << 48) /* above it a world has its other tables, if it wants */

#define PAT_AT_ENTRY  0x0007040100070406ull /* entries 0-3 as at reset, 4 = WC */
#define MAIR_AT_ENTRY 0x00000000004404ffull

struct kind {
	const struct pt_format *format;
	enum walk_mode mode;
	bool upper;             /* aarch64: these tables serve TTBR1 */
	uint64_t pat_or_mair;
	vaddr base;             /* 1 GiB aligned, with 4 GiB that can be mapped */
	uint64_t table_forbids; /* bits that no table entry may have */
};

static const struct kind kinds[] = {
	{ &pt_x86_64_4, WALK_X86_64_4, false, PAT_AT_ENTRY, 0xffff8040c0000000, 1ull << 63 },
	{ &pt_x86_64_5, WALK_X86_64_5, false, PAT_AT_ENTRY, 0xff008040c0000000, 1ull << 63 },
	{ &pt_aarch64, WALK_AARCH64, true, MAIR_AT_ENTRY, 0xffff007ec0000000, 0x1full << 59 },
	{ &pt_aarch64, WALK_AARCH64, false, MAIR_AT_ENTRY, 0x0000ffff00000000, 0x1full << 59 },
	{ &pt_aarch64_el2, WALK_AARCH64_EL2, false, MAIR_AT_ENTRY, 0x0000007ec0000000, 0x1full << 59 },
	{ &pt_aarch64_5, WALK_AARCH64_LPA2, true, MAIR_AT_ENTRY, 0xfff0ffff40000000, 0x1full << 59 },
	{ &pt_aarch64_5, WALK_AARCH64_LPA2, false, MAIR_AT_ENTRY, 0x000fffff00000000, 0x1full << 59 },
	{ &pt_riscv_sv39, WALK_SV39, false, 0, 0xffffffffc0000000 - GIB(3), 0xd0 },
	{ &pt_riscv_sv48, WALK_SV48, false, 0, 0xffff8040c0000000, 0xd0 },
};

#define EACH_KIND(k) (const struct kind *k = kinds; k < kinds + COUNT_OF(kinds); k++)

struct world {
	const struct kind *kind;
	struct pt pt;
	unsigned used;
	unsigned limit;
	unsigned touched; /* calls of table_at */
	paddr far;        /* FAR, or 0: added to all tables' addresses but the root's */
	uint64_t tables[TABLES][PT_ENTRIES];
};

static paddr new_table(void *context)
{
	struct world *w = context;

	return w->used < w->limit ? TABLE_BASE + (paddr)PAGE_BYTES * w->used++ + w->far : 0;
}

static uint64_t *table_at(void *context, paddr table)
{
	struct world *w = context;

	table -= table == w->pt.root ? 0 : w->far;
	assert_true(table >= TABLE_BASE && (table - TABLE_BASE) / PAGE_BYTES < w->used);
	w->touched++;
	return w->tables[(table - TABLE_BASE) / PAGE_BYTES];
}

static bool read_table(void *context, paddr at, uint64_t *out)
{
	struct world *w = context;

	at -= at - w->pt.root < PAGE_BYTES ? 0 : w->far;
	uint64_t entry = (at - TABLE_BASE) / 8;

	if (at < TABLE_BASE || entry >= (uint64_t)w->used * PT_ENTRIES)
		return false;
	*out = w->tables[entry / PT_ENTRIES][entry % PT_ENTRIES];
	return true;
}

static struct world *world_new(const struct kind *k)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->kind = k;
	w->limit = TABLES;
	w->pt = (struct pt){
		.format = k->format, .max_leaf = 2, .new_table = new_table, .table_at = table_at, .context = w,
	};
	w->pt.root = new_table(w);
	return w;
}

static struct walk walk_in(struct world *w, vaddr va)
{
	const struct kind *k = w->kind;
	struct walker walker = {
		.mode = k->mode,
		.root = k->upper ? 0 : w->pt.root,
		.upper_root = k->upper ? w->pt.root : 0,
		.pat_or_mair = k->pat_or_mair,
		.read = read_table,
		.context = w,
	};
	struct walk out;

	walk(&walker, va, &out);
	return out;
}

static bool is_a64(const struct kind *k) { return k->mode >= WALK_AARCH64 && k->mode <= WALK_AARCH64_EL2_LPA2; }
static bool is_riscv(const struct kind *k) { return k->mode == WALK_SV39 || k->mode == WALK_SV48; }

/* What the processor must make of a page with these rights: written down per architecture, as a kernel sees it. */
static void expect_rights(const struct kind *k, const struct walk *got, unsigned rights, enum pt_memory memory)
{
	bool write = rights & PT_WRITE, execute = rights & PT_EXECUTE;
	bool user = (rights & PT_USER) && k->mode != WALK_AARCH64_EL2;
	static const enum walk_memory types[] = { WALK_NORMAL, WALK_WRITE_COMBINING, WALK_DEVICE };

	assert_int_equal(got->writable, write && !(is_riscv(k) && user));
	assert_int_equal(got->executable, execute && !(user && (is_a64(k) || is_riscv(k))));
	assert_int_equal(got->user, user);
	assert_int_equal(got->user_executable, user && execute);
	assert_int_equal(got->memory, is_riscv(k) ? WALK_NORMAL : types[memory]);
}

static void expect_page(struct world *w, vaddr va, paddr pa, unsigned rights, enum pt_memory memory)
{
	struct walk got = walk_in(w, va);
	struct pt_leaf leaf;

	assert_true(got.mapped);
	assert_int_equal(got.phys, pa);
	expect_rights(w->kind, &got, rights, memory);
	assert_true(pt_lookup(&w->pt, va, &leaf));
	assert_int_equal(leaf.base + (va & (leaf.bytes - 1)), pa);
	assert_int_equal(leaf.bytes, got.page_bytes);
	assert_int_equal(leaf.entry, got.step[got.steps - 1].entry);
	for (unsigned i = 0; i + 1 < got.steps; i++)
		assert_int_equal(got.step[i].entry & w->kind->table_forbids, 0);
}

static void expect_hole(struct world *w, vaddr va)
{
	struct pt_leaf leaf;

	assert_false(walk_in(w, va).mapped);
	assert_false(pt_lookup(&w->pt, va, &leaf));
}

static uint64_t leaf_bytes(struct world *w, vaddr va)
{
	struct pt_leaf leaf;

	return pt_lookup(&w->pt, va, &leaf) ? leaf.bytes : 0;
}

static enum err map(struct world *w, vaddr va, paddr pa, uint64_t bytes, unsigned rights)
{
	return pt_map(&w->pt, va, pa, bytes, rights, PT_NORMAL, NULL);
}

/* ---- Entries ------------------------------------------------------------------------------------------- */

static void leaf_bits_are_those_of_the_manuals(void **state)
{
	const unsigned text = PT_EXECUTE, data = PT_WRITE, rodata = 0;

	(void)state;
	/* x86_64: P=1 W=2 U=4 PWT=8 PCD=10 A=20 D=40 PS/PAT=80 G=100 PAT(large)=1000 NX=bit 63 */
	assert_int_equal(pt_leaf_bits(&pt_x86_64_4, 0, text, PT_NORMAL), 0x61);
	assert_int_equal(pt_leaf_bits(&pt_x86_64_4, 0, text | PT_GLOBAL, PT_NORMAL), 0x161);
	assert_int_equal(pt_leaf_bits(&pt_x86_64_4, 1, data, PT_NORMAL), 0x80000000000000e3);
	assert_int_equal(pt_leaf_bits(&pt_x86_64_4, 0, data, PT_WRITE_COMBINING), 0x80000000000000e3);
	assert_int_equal(pt_leaf_bits(&pt_x86_64_4, 1, data, PT_WRITE_COMBINING), 0x80000000000010e3);
	assert_int_equal(pt_leaf_bits(&pt_x86_64_5, 0, data, PT_DEVICE), 0x800000000000007b);
	assert_int_equal(pt_leaf_bits(&pt_x86_64_5, 0, text | PT_USER, PT_NORMAL), 0x65);
	/* aarch64: page=3 block=1 AttrIndx=4.. AP1=40 AP2=80 SH=300 AF=400 nG=800 PXN=bit 53 UXN=bit 54 */
	assert_int_equal(pt_leaf_bits(&pt_aarch64, 0, text | PT_GLOBAL, PT_NORMAL), 0x0040000000000783);
	assert_int_equal(pt_leaf_bits(&pt_aarch64, 1, data | PT_GLOBAL, PT_NORMAL), 0x0060000000000701);
	assert_int_equal(pt_leaf_bits(&pt_aarch64, 0, rodata, PT_NORMAL), 0x0060000000000f83);
	assert_int_equal(pt_leaf_bits(&pt_aarch64, 0, data | PT_GLOBAL, PT_DEVICE), 0x0060000000000407);
	assert_int_equal(pt_leaf_bits(&pt_aarch64, 2, data | PT_GLOBAL, PT_WRITE_COMBINING), 0x0060000000000709);
	assert_int_equal(pt_leaf_bits(&pt_aarch64, 0, text | PT_USER, PT_NORMAL), 0x0020000000000fc3);
	/* with 52 bits SH is the address's */
	assert_int_equal(pt_leaf_bits(&pt_aarch64_5, 0, text | PT_GLOBAL, PT_NORMAL), 0x0040000000000483);
	assert_int_equal(pt_leaf_bits(&pt_aarch64_5, 3, data | PT_GLOBAL, PT_WRITE_COMBINING), 0x0060000000000409);
	assert_int_equal(pt_leaf_bits(&pt_aarch64_5_wc1, 0, data | PT_GLOBAL, PT_WRITE_COMBINING), 0x0060000000000407);
	/* EL2 without VHE: AP1 is RES1, nG and bit 53 RES0 */
	assert_int_equal(pt_leaf_bits(&pt_aarch64_el2, 0, text, PT_NORMAL), 0x00000000000007c3);
	assert_int_equal(pt_leaf_bits(&pt_aarch64_el2, 1, data, PT_NORMAL), 0x0040000000000741);
	/* riscv: V=1 R=2 W=4 X=8 U=10 G=20 A=40 D=80 */
	assert_int_equal(pt_leaf_bits(&pt_riscv_sv39, 0, text, PT_NORMAL), 0xcb);
	assert_int_equal(pt_leaf_bits(&pt_riscv_sv48, 2, data | PT_GLOBAL, PT_DEVICE), 0xe7);
	assert_int_equal(pt_leaf_bits(&pt_riscv_sv48, 0, rodata | PT_USER, PT_NORMAL), 0xd3);
}

static void not_executable_on_aarch64_sets_both_pxn_and_uxn(void **state)
{
	(void)state;
	for (unsigned rights = 0; rights < 16; rights++) {
		uint64_t never = pt_leaf_bits(&pt_aarch64, 0, rights, PT_NORMAL) >> 53 & 3;
		assert_int_equal(never, !(rights & PT_EXECUTE) ? 3 : rights & PT_USER ? 1 : 2);
	}
}

static void every_right_and_memory_type_reaches_the_processor_as_asked(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		for (unsigned n = 0; n < 16 * PT_MEMORY_KINDS; n++) {
			vaddr small = k->base + n * (uint64_t)PAGE_BYTES, large = k->base + GIB(1) + n * MIB(2);
			enum pt_memory memory = n / 16;
			assert_int_equal(pt_map(&w->pt, small, 0x5000 + KIB(8) * n, PAGE_BYTES, n % 16, memory, NULL),
				         OK);
			assert_int_equal(pt_map(&w->pt, large, MIB(64) * n, MIB(2), n % 16, memory, NULL), OK);
		}
		for (unsigned n = 0; n < 16 * PT_MEMORY_KINDS; n++) {
			vaddr small = k->base + n * (uint64_t)PAGE_BYTES, large = k->base + GIB(1) + n * MIB(2);
			expect_page(w, small, 0x5000 + KIB(8) * n, n % 16, n / 16);
			expect_page(w, large + 0x12345, MIB(64) * n + 0x12345, n % 16, n / 16);
		}
		free(w);
	}
}

static void table_entries_never_forbid_and_admit_users_only_above_users(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		unsigned root_index = k->base >> (12 + 9 * (k->format->levels - 1)) & 511;
		assert_int_equal(map(w, k->base, 0x1000, PAGE_BYTES, 0), OK);
		uint64_t kernel_only = w->tables[0][root_index];
		assert_int_equal(kernel_only & k->table_forbids, 0);
		assert_int_equal(map(w, k->base + PAGE_BYTES, 0x2000, PAGE_BYTES, PT_USER), OK);
		uint64_t with_user = w->tables[0][root_index];
		assert_int_equal(with_user & k->table_forbids, 0);
		assert_int_equal(kernel_only ^ with_user, is_a64(k) || is_riscv(k) ? 0 : 4);
		expect_page(w, k->base, 0x1000, 0, PT_NORMAL);
		expect_page(w, k->base + PAGE_BYTES, 0x2000, PT_USER, PT_NORMAL);
		free(w);
	}
}

static void protect_to_user_opens_the_tables_above(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		assert_int_equal(map(w, k->base, 0, MIB(2), 0), OK);
		assert_int_equal(pt_protect(&w->pt, k->base + KIB(4), KIB(4), PT_USER, PT_NORMAL, NULL), OK);
		expect_page(w, k->base + KIB(4), KIB(4), PT_USER, PT_NORMAL);
		expect_page(w, k->base, 0, 0, PT_NORMAL);
		free(w);
	}
}

/* ---- Sizes --------------------------------------------------------------------------------------------- */

static void the_largest_leaves_that_fit_are_chosen(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		vaddr va = k->base + GIB(1) - MIB(2) - KIB(4);
		paddr pa = GIB(5) - MIB(2) - KIB(4);
		assert_int_equal(map(w, va, pa, GIB(1) + 2 * (MIB(2) + KIB(4)), PT_WRITE), OK);
		assert_int_equal(leaf_bytes(w, va), KIB(4));
		assert_int_equal(leaf_bytes(w, va + KIB(4)), MIB(2));
		assert_int_equal(leaf_bytes(w, k->base + GIB(1)), GIB(1));
		assert_int_equal(leaf_bytes(w, k->base + GIB(2)), MIB(2));
		assert_int_equal(leaf_bytes(w, k->base + GIB(2) + MIB(2)), KIB(4));
		expect_hole(w, va - 1);
		expect_hole(w, k->base + GIB(2) + MIB(2) + KIB(4));
		for (uint64_t at = 0; at < GIB(1) + 2 * MIB(2); at += KIB(68))
			expect_page(w, va + at, pa + at, PT_WRITE, PT_NORMAL);
		free(w);
	}
}

static void leaves_stay_small_where_the_physical_address_does_not_fit(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		assert_int_equal(map(w, k->base, MIB(2) + KIB(4), MIB(4), 0), OK);
		assert_int_equal(leaf_bytes(w, k->base + MIB(2)), KIB(4));
		assert_int_equal(map(w, k->base + GIB(1), MIB(2), GIB(1), 0), OK);
		assert_int_equal(leaf_bytes(w, k->base + GIB(1)), MIB(2));
		free(w);
	}
}

static void max_leaf_is_what_the_processor_supports(void **state)
{
	static const uint64_t expected[] = { KIB(4), MIB(2), GIB(1) };

	(void)state;
	for EACH_KIND (k) {
		for (unsigned max = 0; max < 3; max++) {
			struct world *w = world_new(k);
			w->pt.max_leaf = max;
			assert_int_equal(map(w, k->base, GIB(4), GIB(1), 0), OK);
			assert_int_equal(leaf_bytes(w, k->base), expected[max]);
			expect_page(w, k->base + GIB(1) - 1, GIB(5) - 1, 0, PT_NORMAL);
			free(w);
		}
	}
}

static void a_root_entry_is_a_leaf_only_where_the_format_allows(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		uint64_t bytes = k->mode == WALK_SV39 ? GIB(1) : GIB(512);
		vaddr va = align_down(k->base, bytes);
		w->pt.max_leaf = 9;
		assert_int_equal(map(w, va, 0, bytes, 0), OK);
		assert_int_equal(leaf_bytes(w, va), k->format->levels != 3 && k->format->largest_leaf == 3 ? GIB(512)
		                                                                                          : GIB(1));
		expect_page(w, va + bytes - 1, bytes - 1, 0, PT_NORMAL);
		free(w);
	}
}

/* aarch64 with 52 bits: the upper part of an address stands elsewhere in an entry, and the lower part begins again
 * behind 2^50. */
static void a_range_of_frames_may_go_on_in_the_upper_part(void **state)
{
	const paddr corners[] = { 1ull << 50, 2ull << 50, 3ull << 50 };
	static const uint64_t before[] = { KIB(4), MIB(2), MIB(2) + KIB(4), GIB(1), GIB(1) + MIB(2) };

	(void)state;
	for EACH_KIND (k) {
		if (!k->format->upper_mask)
			continue;
		for (unsigned i = 0; i < COUNT_OF(corners) * COUNT_OF(before); i++) {
			struct world *w = world_new(k);
			paddr pa = corners[i % COUNT_OF(corners)] - before[i / COUNT_OF(corners)];
			uint64_t bytes = before[i / COUNT_OF(corners)] + GIB(1) + KIB(8);
			w->far = i & 1 ? FAR : 0;
			assert_int_equal(map(w, k->base + KIB(8), pa, bytes, PT_WRITE), OK);
			for (uint64_t at = 0; at < bytes; at += KIB(4))
				if (at < MIB(6) || bytes - at < MIB(8) || at % MIB(1) < KIB(8))
					expect_page(w, k->base + KIB(8) + at, pa + at, PT_WRITE, PT_NORMAL);
			assert_int_equal(pt_protect(&w->pt, k->base + KIB(12), bytes - KIB(8), 0, PT_NORMAL, NULL), OK);
			expect_page(w, k->base + KIB(8), pa, PT_WRITE, PT_NORMAL);
			expect_page(w, k->base + bytes - KIB(4), pa + bytes - KIB(12), 0, PT_NORMAL);
			assert_true(pt_last_table(&w->pt, k->base + KIB(8)) >= TABLE_BASE + w->far);
			free(w);
		}
		struct world *w = world_new(k);
		w->pt.max_leaf = 3;
		assert_int_equal(map(w, align_down(k->base, GIB(512)), 3ull << 50, GIB(512), 0), OK);
		assert_int_equal(leaf_bytes(w, k->base), GIB(512));
		assert_int_equal(pt_unmap(&w->pt, align_down(k->base, GIB(512)), GIB(1), NULL), OK);
		expect_page(w, align_down(k->base, GIB(512)) + GIB(1), (3ull << 50) + GIB(1), 0, PT_NORMAL);
		expect_page(w, align_down(k->base, GIB(512)) + GIB(511), (3ull << 50) + GIB(511), 0, PT_NORMAL);
		free(w);
		w = world_new(k);
		assert_int_equal(map(w, k->base, (1ull << 52) - KIB(4), KIB(4), 0), OK);
		expect_page(w, k->base, (1ull << 52) - KIB(4), 0, PT_NORMAL);
		assert_int_equal(map(w, k->base + KIB(4), (1ull << 52) - KIB(4), KIB(8), 0), ERR_RANGE);
		free(w);
	}
}

static void a_range_may_end_at_the_top_of_the_address_space(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		bool lower = k->base < k->format->lower_bytes;
		vaddr va = (lower ? k->format->lower_bytes : 0) - GIB(2);
		assert_int_equal(map(w, va, GIB(2), GIB(2), PT_EXECUTE), OK);
		expect_page(w, va + GIB(2) - 1, GIB(4) - 1, PT_EXECUTE, PT_NORMAL);
		assert_int_equal(pt_protect(&w->pt, va + GIB(2) - KIB(4), KIB(4), 0, PT_NORMAL, NULL), OK);
		expect_page(w, va + GIB(2) - 1, GIB(4) - 1, 0, PT_NORMAL);
		assert_int_equal(pt_unmap(&w->pt, va + GIB(1), GIB(1), NULL), OK);
		expect_hole(w, va + GIB(2) - 1);
		expect_page(w, va + GIB(1) - 1, GIB(3) - 1, PT_EXECUTE, PT_NORMAL);
		free(w);
	}
}

static void mapping_costs_in_proportion_to_entries_not_pages(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		w->pt.max_leaf = 0;
		assert_int_equal(map(w, k->base, GIB(1), MIB(64), 0), OK);
		assert_in_range(w->touched, 32, 64); /* 32 tables of 512 pages each */
		w->touched = 0;
		w->pt.max_leaf = 2;
		assert_int_equal(map(w, k->base + GIB(1), GIB(1), GIB(2), 0), OK);
		assert_in_range(w->touched, 1, 16);
		free(w);
	}
}

/* ---- Splitting ----------------------------------------------------------------------------------------- */

static void splitting_keeps_rights_and_memory_type_of_what_is_left(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		for (unsigned n = 0; n < 16 * PT_MEMORY_KINDS; n++) {
			struct world *w = world_new(k);
			vaddr hole = k->base + MIB(6) + KIB(16);
			assert_int_equal(pt_map(&w->pt, k->base, GIB(3), GIB(1), n % 16, n / 16, NULL), OK);
			assert_int_equal(leaf_bytes(w, k->base), GIB(1));
			assert_int_equal(pt_unmap(&w->pt, hole, KIB(8), NULL), OK);
			expect_hole(w, hole);
			expect_hole(w, hole + KIB(8) - 1);
			assert_int_equal(leaf_bytes(w, k->base + MIB(4)), MIB(2));
			assert_int_equal(leaf_bytes(w, hole + KIB(8)), KIB(4));
			for (uint64_t at = 0; at < MIB(8); at += KIB(12))
				if (at != MIB(6) + KIB(16) && at != MIB(6) + KIB(20))
					expect_page(w, k->base + at, GIB(3) + at, n % 16, n / 16);
			free(w);
		}
	}
}

static void splitting_keeps_a_memory_type_that_the_builder_does_not_use(void **state)
{
	struct world *w = world_new(&kinds[0]);
	vaddr va = kinds[0].base;
	struct pt_leaf leaf;

	(void)state;
	assert_int_equal(pt_map(&w->pt, va, GIB(3), MIB(2), PT_WRITE, PT_WRITE_COMBINING, NULL), OK);
	assert_true(pt_lookup(&w->pt, va, &leaf));
	w->tables[2][va >> 21 & 511] |= 0x8; /* PWT: index 5 */
	assert_int_equal(pt_unmap(&w->pt, va, KIB(4), NULL), OK);
	assert_true(pt_lookup(&w->pt, va + KIB(4), &leaf));
	assert_int_equal(leaf.entry, 0x80000000000000eb | (GIB(3) + KIB(4)));
	free(w);
}

static void splitting_drops_a_bit_that_only_blocks_have(void **state)
{
	const struct kind *k = &kinds[2];
	struct world *w = world_new(k);

	(void)state;
	assert_int_equal(map(w, k->base, GIB(3), MIB(2), PT_WRITE), OK);
	w->tables[2][k->base >> 21 & 511] |= 1 << 16; /* nT */
	assert_int_equal(pt_unmap(&w->pt, k->base, KIB(4), NULL), OK);
	expect_page(w, k->base + KIB(4), GIB(3) + KIB(4), PT_WRITE, PT_NORMAL);
	free(w);
}

static void protect_changes_exactly_its_range(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		assert_int_equal(map(w, k->base, GIB(1), GIB(1) + MIB(4), PT_WRITE), OK);
		vaddr from = k->base + GIB(1) - KIB(4);
		assert_int_equal(pt_protect(&w->pt, from, MIB(2) + KIB(8), PT_EXECUTE, PT_NORMAL, NULL), OK);
		expect_page(w, from - 1, GIB(2) - KIB(4) - 1, PT_WRITE, PT_NORMAL);
		expect_page(w, from, GIB(2) - KIB(4), PT_EXECUTE, PT_NORMAL);
		expect_page(w, from + MIB(2) + KIB(8) - 1, GIB(2) + MIB(2) + KIB(4) - 1, PT_EXECUTE, PT_NORMAL);
		expect_page(w, from + MIB(2) + KIB(8), GIB(2) + MIB(2) + KIB(4), PT_WRITE, PT_NORMAL);
		assert_int_equal(leaf_bytes(w, k->base + GIB(1)), MIB(2));
		free(w);
	}
}

/* ---- Refusals ------------------------------------------------------------------------------------------ */

static void expect_range(struct world *w, vaddr va, paddr pa, uint64_t bytes)
{
	struct problem p = { 0 };
	struct world *before = malloc(sizeof(*before));

	assert_non_null(before);
	memcpy(before, w, sizeof(*w));
	assert_int_equal(pt_map(&w->pt, va, pa, bytes, 0, PT_NORMAL, &p), ERR_RANGE);
	assert_int_equal(p.code, ERR_RANGE);
	if (!pa) {
		assert_int_equal(pt_protect(&w->pt, va, bytes, 0, PT_NORMAL, &p), ERR_RANGE);
		assert_int_equal(pt_unmap(&w->pt, va, bytes, &p), ERR_RANGE);
	}
	assert_memory_equal(before->tables, w->tables, sizeof(w->tables));
	free(before);
}

static void ranges_that_cannot_be_are_refused(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		const struct pt_format *f = k->format;
		paddr limit = is_riscv(k) ? 1ull << 56 : is_a64(k) && f != &pt_aarch64_5 ? 1ull << 48 : 1ull << 52;
		expect_range(w, k->base, 0, 0);
		expect_range(w, k->base + 1, 0, KIB(4));
		expect_range(w, k->base, 0, KIB(4) + 8);
		expect_range(w, k->base, 0x800, KIB(4));
		expect_range(w, k->base, limit, KIB(4));
		expect_range(w, k->base, limit - KIB(4), KIB(8));
		expect_range(w, f->lower_bytes - KIB(4), 0, KIB(8));
		expect_range(w, f->lower_bytes + GIB(600), 0, KIB(4));
		expect_range(w, f->upper_base - KIB(4), 0, f->upper_base ? KIB(8) : KIB(4));
		expect_range(w, 0 - KIB(4), 0, KIB(8));
		expect_range(w, KIB(4), 0, 0 - KIB(8));
		expect_range(w, KIB(8), 0, 0 - KIB(4));
		free(w);
	}
}

static void canonical_addresses_are_those_of_the_manuals(void **state)
{
	(void)state;
	assert_true(pt_canonical(&pt_x86_64_4, 0x00007fffffffffff));
	assert_false(pt_canonical(&pt_x86_64_4, 0x0000800000000000));
	assert_false(pt_canonical(&pt_x86_64_4, 0xffff7fffffffffff));
	assert_true(pt_canonical(&pt_x86_64_4, 0xffff800000000000));
	assert_true(pt_canonical(&pt_x86_64_5, 0x00ffffffffffffff));
	assert_false(pt_canonical(&pt_x86_64_5, 0x0100000000000000));
	assert_true(pt_canonical(&pt_x86_64_5, 0xff00000000000000));
	assert_true(pt_canonical(&pt_aarch64, 0x0000ffffffffffff));
	assert_false(pt_canonical(&pt_aarch64, 0x0001000000000000));
	assert_false(pt_canonical(&pt_aarch64, 0xfffeffffffffffff));
	assert_true(pt_canonical(&pt_aarch64, 0xffff000000000000));
	assert_true(pt_canonical(&pt_aarch64_el2, 0x0000ffffffffffff));
	assert_false(pt_canonical(&pt_aarch64_el2, 0xffff000000000000));
	assert_true(pt_canonical(&pt_aarch64_5, 0x000fffffffffffff));
	assert_false(pt_canonical(&pt_aarch64_5, 0x0010000000000000));
	assert_false(pt_canonical(&pt_aarch64_5, 0xffefffffffffffff));
	assert_true(pt_canonical(&pt_aarch64_5, 0xfff0000000000000));
	assert_true(pt_canonical(&pt_riscv_sv39, 0x0000003fffffffff));
	assert_false(pt_canonical(&pt_riscv_sv39, 0x0000004000000000));
	assert_true(pt_canonical(&pt_riscv_sv39, 0xffffffc000000000));
	assert_true(pt_canonical(&pt_riscv_sv48, 0xffff800000000000));
}

static void mapping_over_something_names_the_first_such_address_and_changes_nothing(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		struct problem p = { 0 };
		vaddr taken = k->base + MIB(6) + KIB(12);
		assert_int_equal(map(w, taken, GIB(1), KIB(4), PT_WRITE), OK);
		unsigned used = w->used;
		assert_int_equal(pt_map(&w->pt, k->base, 0, GIB(2), 0, PT_NORMAL, &p), ERR_PT_MAPPED);
		assert_int_equal(p.code, ERR_PT_MAPPED);
		assert_int_equal(p.value[0], taken);
		assert_int_equal(w->used, used);
		expect_hole(w, k->base);
		expect_hole(w, k->base + GIB(1));
		expect_page(w, taken, GIB(1), PT_WRITE, PT_NORMAL);
		free(w);
	}
}

static void protecting_a_hole_names_it_and_changes_nothing(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct world *w = world_new(k);
		struct problem p = { 0 };
		assert_int_equal(map(w, k->base, 0, MIB(4), PT_WRITE), OK);
		unsigned used = w->used;
		assert_int_equal(pt_protect(&w->pt, k->base + KIB(4), MIB(4), 0, PT_NORMAL, &p), ERR_PT_UNMAPPED);
		assert_int_equal(p.code, ERR_PT_UNMAPPED);
		assert_int_equal(p.value[0], k->base + MIB(4));
		assert_int_equal(w->used, used);
		expect_page(w, k->base + KIB(4), KIB(4), PT_WRITE, PT_NORMAL);
		free(w);
	}
}

enum { OP_MAP, OP_PROTECT, OP_UNMAP, OPS };

/* One operation that needs several tables, on a world prepared for it. */
static enum err needy(struct world *w, int op, struct problem *p)
{
	vaddr base = w->kind->base;

	switch (op) {
	case OP_MAP:
		return pt_map(&w->pt, base + GIB(1) - KIB(4), GIB(5) - KIB(4), GIB(1) + KIB(8), 0, PT_NORMAL, p);
	case OP_PROTECT:
		return pt_protect(&w->pt, base + KIB(4), GIB(1), 0, PT_NORMAL, p);
	default:
		return pt_unmap(&w->pt, base + KIB(4), GIB(1), p);
	}
}

static struct world *needy_world(const struct kind *k, int op)
{
	struct world *w = world_new(k);

	if (op != OP_MAP)
		assert_int_equal(map(w, k->base, 0, GIB(2), PT_WRITE), OK);
	return w;
}

static void out_of_tables_at_any_moment_changes_no_translation(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		for (int op = 0; op < OPS; op++) {
			unsigned failures = 0;
			enum err e;
			do {
				struct world *w = needy_world(k, op);
				struct problem p = { 0 };
				w->limit = w->used + failures;
				e = needy(w, op, &p);
				for (uint64_t at = 0; e && at < GIB(2) + MIB(4);
				     at += at < MIB(4) ? KIB(4) : MIB(1) - KIB(4)) {
					if (op == OP_MAP || at >= GIB(2))
						expect_hole(w, k->base + at);
					else
						expect_page(w, k->base + at, at, PT_WRITE, PT_NORMAL);
				}
				if (e) {
					assert_int_equal(p.code, ERR_PT_NO_TABLES);
					assert_in_range(p.value[0] - k->base, 0, GIB(2) + KIB(4));
					w->limit = TABLES;
					assert_int_equal(needy(w, op, &p), OK);
				}
				failures += e != OK;
				free(w);
				assert_true(e == OK || e == ERR_PT_NO_TABLES);
			} while (e);
			assert_in_range(failures, 4, 8);
		}
	}
}

/* ---- Against a plain array ----------------------------------------------------------------------------- */

/* A universe of pages, 2 GiB + 16 MiB from `base`; a page is 0 or pa | PAGE_HERE | memory << 4 | rights. */
enum { UNIVERSE = (2 << 18) + 4096, PAGE_HERE = 1 << 8 };

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

struct model {
	struct world *w;
	uint64_t seed;
	uint64_t *page;
};

/* A random run of pages, often aligned to large leaves or next to one. */
static void pick_run(struct model *m, uint64_t *first, uint64_t *count)
{
	static const uint64_t units[] = { 1, 1, 512, 512, 512, 1 << 18 };
	uint64_t unit = units[random_next(&m->seed) % COUNT_OF(units)];

	*first = random_next(&m->seed) % UNIVERSE / unit * unit;
	*count = unit * (1 + random_next(&m->seed) % 3);
	if (random_next(&m->seed) % 4 == 0)
		*first += random_next(&m->seed) % 3;
	if (*first + *count > UNIVERSE)
		*count = UNIVERSE - *first;
}

static void model_map(struct model *m, uint64_t first, uint64_t count, unsigned rights, enum pt_memory memory)
{
	vaddr va = m->w->kind->base + first * PAGE_BYTES;
	paddr pa = first * PAGE_BYTES + (random_next(&m->seed) % 4 ? GIB(8) : MIB(42) + KIB(4));
	struct problem p;
	uint64_t taken = 0;

	while (taken < count && !m->page[first + taken])
		taken++;
	enum err e = pt_map(&m->w->pt, va, pa, count * PAGE_BYTES, rights, memory, &p);
	assert_int_equal(e, taken < count ? ERR_PT_MAPPED : OK);
	if (e)
		assert_int_equal(p.value[0], va + taken * PAGE_BYTES);
	for (uint64_t i = 0; !e && i < count; i++)
		m->page[first + i] = (pa + i * PAGE_BYTES) | PAGE_HERE | memory << 4 | rights;
}

static void model_protect(struct model *m, uint64_t first, uint64_t count, unsigned rights, enum pt_memory memory)
{
	vaddr va = m->w->kind->base + first * PAGE_BYTES;
	struct problem p;
	uint64_t good = 0;

	while (good < count && m->page[first + good])
		good++;
	enum err e = pt_protect(&m->w->pt, va, count * PAGE_BYTES, rights, memory, &p);
	assert_int_equal(e, good < count ? ERR_PT_UNMAPPED : OK);
	if (e)
		assert_int_equal(p.value[0], va + good * PAGE_BYTES);
	for (uint64_t i = 0; !e && i < count; i++)
		m->page[first + i] = align_down(m->page[first + i], PAGE_BYTES) | PAGE_HERE | memory << 4 | rights;
}

static void model_compare(struct model *m, uint64_t index)
{
	uint64_t page = m->page[index];
	vaddr va = m->w->kind->base + index * PAGE_BYTES;

	if (page)
		expect_page(m->w, va, align_down(page, PAGE_BYTES), page & 15, page >> 4 & 3);
	else
		expect_hole(m->w, va);
}

static void model_step(struct model *m)
{
	uint64_t first, count;
	unsigned rights = random_next(&m->seed) % 16;
	enum pt_memory memory = random_next(&m->seed) % PT_MEMORY_KINDS;

	pick_run(m, &first, &count);
	switch (random_next(&m->seed) % 4) {
	case 0:
		assert_int_equal(pt_unmap(&m->w->pt, m->w->kind->base + first * PAGE_BYTES, count * PAGE_BYTES, NULL),
		                 OK);
		memset(m->page + first, 0, count * sizeof(*m->page));
		break;
	case 1:
		model_protect(m, first, count, rights, memory);
		break;
	default:
		model_map(m, first, count, rights, memory);
	}
	for (uint64_t i = first ? first - 1 : 0; i < first + count + 1 && i < UNIVERSE; i += 1 + count / 16)
		model_compare(m, i);
	if (first + count < UNIVERSE)
		model_compare(m, first + count);
	model_compare(m, first + count - 1);
}

static void random_operations_agree_with_a_plain_array_and_the_walker(void **state)
{
	(void)state;
	for EACH_KIND (k) {
		struct model m = { world_new(k), 0x9e3779b97f4a7c15, calloc(UNIVERSE, sizeof(uint64_t)) };
		assert_non_null(m.page);
		for (unsigned i = 0; i < 400; i++)
			model_step(&m);
		for (uint64_t i = 0; i < UNIVERSE; i += i % 512 == 3 ? 505 : 1)
			model_compare(&m, i);
		free(m.page);
		free(m.w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_bits_are_those_of_the_manuals),
		cmocka_unit_test(not_executable_on_aarch64_sets_both_pxn_and_uxn),
		cmocka_unit_test(every_right_and_memory_type_reaches_the_processor_as_asked),
		cmocka_unit_test(table_entries_never_forbid_and_admit_users_only_above_users),
		cmocka_unit_test(protect_to_user_opens_the_tables_above),
		cmocka_unit_test(the_largest_leaves_that_fit_are_chosen),
		cmocka_unit_test(leaves_stay_small_where_the_physical_address_does_not_fit),
		cmocka_unit_test(max_leaf_is_what_the_processor_supports),
		cmocka_unit_test(a_root_entry_is_a_leaf_only_where_the_format_allows),
		cmocka_unit_test(a_range_of_frames_may_go_on_in_the_upper_part),
		cmocka_unit_test(a_range_may_end_at_the_top_of_the_address_space),
		cmocka_unit_test(mapping_costs_in_proportion_to_entries_not_pages),
		cmocka_unit_test(splitting_keeps_rights_and_memory_type_of_what_is_left),
		cmocka_unit_test(splitting_keeps_a_memory_type_that_the_builder_does_not_use),
		cmocka_unit_test(splitting_drops_a_bit_that_only_blocks_have),
		cmocka_unit_test(protect_changes_exactly_its_range),
		cmocka_unit_test(ranges_that_cannot_be_are_refused),
		cmocka_unit_test(canonical_addresses_are_those_of_the_manuals),
		cmocka_unit_test(mapping_over_something_names_the_first_such_address_and_changes_nothing),
		cmocka_unit_test(protecting_a_hole_names_it_and_changes_nothing),
		cmocka_unit_test(out_of_tables_at_any_moment_changes_no_translation),
		cmocka_unit_test(random_operations_agree_with_a_plain_array_and_the_walker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
