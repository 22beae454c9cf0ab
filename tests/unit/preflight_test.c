/* Preflight against tables that the builder made, whole, and damaged in every bit of every entry: what the
 * processor would notice is named, and what it ignores is not. Which bits those are is written down here per
 * architecture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "paging.h"
#include "preflight.h"

enum { TABLES = 24 };

#define POOL 0x7000000ull

static uint64_t tables[TABLES][512];
static unsigned used;

static paddr new_table(void *context)
{
	(void)context;
	return used < TABLES ? POOL + PAGE_BYTES * (paddr)used++ : 0;
}

static uint64_t *table_at(void *context, paddr table)
{
	(void)context;
	return tables[(table - POOL) / PAGE_BYTES];
}

static const uint64_t *page_at(void *context, paddr page)
{
	(void)context;
	return page >= POOL && page < POOL + used * PAGE_BYTES ? tables[(page - POOL) / PAGE_BYTES] : NULL;
}

enum family { X86, A64, EL2, RISCV };

static const struct kind {
	const struct pt_format *format;
	enum walk_mode mode;
	enum family family;
	uint64_t pat_or_mair;
	vaddr base;
} kinds[] = {
	{ &pt_x86_64_4, WALK_X86_64_4, X86, 0x0007050100070406, 0xffffffff80000000 },
	{ &pt_x86_64_5, WALK_X86_64_5, X86, 0x0007050100070406, 0xffffffff80000000 },
	{ &pt_aarch64, WALK_AARCH64, A64, 0x4404ff, 0xffffffff80000000 },
	{ &pt_aarch64_el2, WALK_AARCH64_EL2, EL2, 0x4404ff, 0x0000000080000000 },
	{ &pt_aarch64_5, WALK_AARCH64_LPA2, A64, 0x4404ff, 0xffffffff80000000 },
	{ &pt_riscv_sv39, WALK_SV39, RISCV, 0, 0xffffffff80000000 },
	{ &pt_riscv_sv48, WALK_SV48, RISCV, 0, 0xffffffff80000000 },
};

/* What is mapped, ascending, from a kind's base on. */
static const struct range {
	uint64_t offset, bytes;
	paddr pa;
	unsigned rights;
	enum pt_memory memory;
	const char *what;
	uint8_t flags;
} ranges[] = {
	{ 0x100000, 0x3000, 0x40100000, PT_EXECUTE, PT_NORMAL, "segment %u", 0 },
	{ 0x103000, 0x2000, 0x40103000, 0, PT_NORMAL, "segment %u", 0 },
	{ 0x105000, 0x2000, 0x40105000, PT_WRITE, PT_NORMAL, "segment %u", 0 },
	{ 0x400000, 0x400000, 0x80000000, PT_WRITE, PT_NORMAL, "the direct map", 0 },
	{ 0x803000, 0x2000, 0x41000000, PT_WRITE, PT_NORMAL, "the boot stack of CPU %u", REQUIRE_GUARDS },
	{ 0x806000, 0x2000, 0x41008000, PT_WRITE, PT_NORMAL, "the boot stack of CPU %u", REQUIRE_GUARDS },
	{ 0x80a000, 0x1000, 0x09000000, PT_WRITE, PT_DEVICE, "the debug console", 0 },
	{ 0x80c000, 0x2000, 0x50000000, PT_WRITE, PT_WRITE_COMBINING, "the framebuffer", 0 },
	{ 0x40000000, 0x40000000, 0xc0000000, PT_WRITE, PT_NORMAL, "the direct map", 0 },
};

static struct requirement list[COUNT_OF(ranges)];
static struct walker walker;
static struct violation found;

static uint8_t access_of(unsigned rights)
{
	return REQUIRE_READ | (rights & PT_WRITE ? REQUIRE_WRITE : 0) | (rights & PT_EXECUTE ? REQUIRE_EXECUTE : 0);
}

static void build(const struct kind *k)
{
	static const uint8_t types[] = { WALK_NORMAL, WALK_WRITE_COMBINING, WALK_DEVICE };

	memset(tables, 0, sizeof tables);
	used = 0;
	paddr other = new_table(NULL); /* the empty root of the lower range */
	struct pt pt = { .format = k->format, .max_leaf = 2, .root = new_table(NULL), .new_table = new_table,
	                 .table_at = table_at };
	for (unsigned i = 0; i < COUNT_OF(ranges); i++) {
		const struct range *r = &ranges[i];
		assert_int_equal(pt_map(&pt, k->base + r->offset, r->pa, r->bytes, r->rights, r->memory, NULL), OK);
		list[i] = (struct requirement){ .va = k->base + r->offset, .pa = r->pa, .bytes = r->bytes,
		                                .what = r->what, .index = (uint16_t)(i % 3),
		                                .access = access_of(r->rights), .flags = r->flags,
		                                .memory = k->family == RISCV ? WALK_NORMAL : types[r->memory] };
	}
	walker = (struct walker){ .mode = k->mode, .root = k->family == A64 ? other : pt.root, .upper_root = pt.root,
	                          .phys_bits = k->family == RISCV ? 0 : 40, .pat_or_mair = k->pat_or_mair,
	                          .page = page_at };
}

static bool holds(void)
{
	return preflight_exact(&walker, list, COUNT_OF(list), &found);
}

static void tables_as_they_were_asked_for_hold(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		build(&kinds[i]);
		assert_true(holds());
		assert_true(preflight_list(&walker, list, COUNT_OF(list), &found));
	}
}

/* What stands behind "Usual cause: " for an entry that the processor refuses. */
static void reserved_bits_have_two_usual_causes(void **state)
{
	char text[512];

	(void)state;
	build(&kinds[0]);
	walker.flags = WALK_NO_NX;
	assert_false(preflight_list(&walker, list, COUNT_OF(list), &found));
	preflight_sentence(&walker, &found, "the tables", text, sizeof text);
	assert_non_null(strstr(text, "NX in tables before EFER.NXE is set"));
	build(&kinds[0]);
	table_at(NULL, walker.root)[511] |= 0x80; /* the bit of large pages, where there are none */
	for (unsigned no_nx = 0; no_nx < 2; no_nx++) {
		walker.flags = no_nx ? WALK_NO_NX : 0;
		assert_false(preflight_list(&walker, list, COUNT_OF(list), &found));
		preflight_sentence(&walker, &found, "the tables", text, sizeof text);
		assert_non_null(strstr(text, "flags of a leaf in a table's entry"));
	}
}

/* ---- Every bit ------------------------------------------------------------------------------------------- */

/* One entry that is in use: where it stands and what it translates. */
struct place {
	uint64_t *entry;
	unsigned level;
	bool leaf;
	vaddr va;
	uint64_t bytes;
};

/* Rights of the ranges in what an entry translates, PT_*, and the memory type of the last. */
static unsigned rights_below(const struct kind *k, const struct place *p, enum pt_memory *memory)
{
	unsigned rights = 0;

	for (unsigned i = 0; i < COUNT_OF(ranges); i++) {
		vaddr va = k->base + ranges[i].offset;
		if (va - p->va < p->bytes || p->va - va < ranges[i].bytes) {
			rights |= ranges[i].rights;
			*memory = ranges[i].memory;
		}
	}
	return rights;
}

/* Intel SDM vol. 3A, "Format of a Page-Table Entry" and the tables before it. */
static bool x86_ignores(const struct place *p, unsigned n, unsigned rights, enum pt_memory memory)
{
	/* no U/S alone */
	static const uint64_t ignored = 1ull << 2 | 1ull << 5 | 1ull << 6 | 0xfull << 8 | 0x7ffull << 52;

	if (ignored >> n & 1)
		return true;
	if (!p->leaf)
		return n == 3 || n == 4 || (n == 1 && !(rights & PT_WRITE)) || (n == 63 && !(rights & PT_EXECUTE));
	/* From UC (PAT entry 3) to UC- (2) and UC (7). */
	return memory == PT_DEVICE && (n == 3 || n == (p->level ? 12 : 7));
}

/* Arm ARM DDI 0487, "Table descriptor format", "Block descriptor and Page descriptor formats". */
static bool a64_ignores(const struct place *p, unsigned n, unsigned rights, enum pt_memory memory, bool el2, bool wide)
{
	if (wide && (n == 8 || n == 9 || n == 48 || n == 49)) /* of the address */
		return false;
	if (n >= 48 && (n <= 52 || (n >= 55 && n <= 58) || n == 63))
		return true;
	if (!p->leaf)
		return (n >= 2 && n <= 11) || n == 53 || n == 54 || n == 61 || (n == 62 && !(rights & PT_WRITE)) ||
		       (n == 59 && (el2 || !(rights & PT_EXECUTE))) || (n == 60 && (!el2 || !(rights & PT_EXECUTE)));
	if (n == 5 || n == 11 || n >= 59 || (p->level && n >= 12 && n < 12 + 9 * p->level))
		return true;
	if (n == 8 || n == 9)
		return memory != PT_NORMAL || n == 8; /* inner (3) to outer (2) */
	if (n == 3 || n == 4)
		return memory == PT_DEVICE; /* to entries that are 0: Device-nGnRnE */
	return el2 && (n == 6 || n == 53); /* without UXN user mode could execute what it cannot read */
}

/* RISC-V privileged architecture, "Addressing and Memory Protection": G and RSW; D where nothing is written. */
static bool riscv_ignores(const struct place *p, unsigned n, unsigned rights)
{
	return n == 5 || n == 8 || n == 9 || (p->leaf && n == 7 && !(rights & PT_WRITE));
}

static bool is_ignored(const struct kind *k, const struct place *p, unsigned n)
{
	enum pt_memory memory = PT_NORMAL;
	unsigned rights = rights_below(k, p, &memory);

	switch (k->family) {
	case X86:
		return x86_ignores(p, n, rights, memory);
	case RISCV:
		return riscv_ignores(p, n, rights);
	default:
		return a64_ignores(p, n, rights, memory, k->family == EL2, k->format == &pt_aarch64_5);
	}
}

/* The guilty entry of a violation is the damaged one or lies on the way to or from it. */
static bool is_on_the_way(const struct place *p)
{
	for (unsigned i = 0; i < found.walk.steps; i++)
		if (table_at(NULL, found.walk.step[i].at & ~4095ull) + found.walk.step[i].at % 4096 / 8 == p->entry)
			return true;
	return false;
}

static void damage(const struct kind *k, const struct place *p)
{
	char text[480];

	for (unsigned n = 0; n < 64; n++) {
		*p->entry ^= 1ull << n;
		bool held = holds();
		if (held != is_ignored(k, p, n))
			fail_msg("%s: bit %u of the entry at level %u for %#llx: %s", k->format->name, n, p->level,
			         (unsigned long long)p->va,
			         held ? "not noticed"
			              : (preflight_sentence(&walker, &found, "the tables", text, sizeof text), text));
		if (!held)
			assert_true(is_on_the_way(p) &&
			            preflight_sentence(&walker, &found, "the tables", text, sizeof text) > 60);
		*p->entry ^= 1ull << n;
	}
}

static void every_bit_of_every_entry_in_use(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		const struct kind *k = &kinds[i];
		unsigned entries = 0;
		build(k);
		bool seen[TABLES][512] = { { false } };
		for (unsigned r = 0; r < COUNT_OF(ranges); r++) {
			struct walk path;
			for (uint64_t done = 0; done < ranges[r].bytes; done += path.page_bytes) {
				walk(&walker, list[r].va + done, &path);
				assert_true(path.mapped);
				for (unsigned s = 0; s < path.steps; s++) {
					uint64_t bytes = (uint64_t)PAGE_BYTES << 9 * path.step[s].level;
					unsigned table = (unsigned)((path.step[s].at - POOL) / PAGE_BYTES);
					struct place p = { &tables[table][path.step[s].index], path.step[s].level,
					                   s + 1 == path.steps, path.va & ~(bytes - 1), bytes };
					if (seen[table][path.step[s].index])
						continue;
					seen[table][path.step[s].index] = true;
					damage(k, &p);
					entries++;
				}
			}
		}
		assert_true(entries >= 14);
	}
}

/* Something present where nothing was asked for, in every free entry of every table: a page, or a table that is
 * none. */
static void every_entry_that_is_free(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		const struct kind *k = &kinds[i];
		build(k);
		uint64_t page = pt_leaf_bits(k->format, 0, 0, PT_NORMAL) | k->format->page, table = k->format->table;
		for (unsigned t = k->family == A64 ? 0 : 1; t < used; t++) {
			/* build() takes the roots first */
			for (unsigned e = 0; e < (k->format == &pt_aarch64_5 && t < 2 ? 16 : 512); e++) {
				if (tables[t][e])
					continue;
				tables[t][e] = page;
				bool as_page = holds();
				tables[t][e] = table;
				bool as_table = holds();
				assert_false(as_page && as_table);
				tables[t][e] = 0;
			}
		}
		assert_true(holds());
	}
}

/* ---- Words ----------------------------------------------------------------------------------------------- */

/* The entry for va at this level. */
static uint64_t *entry_for(vaddr va, unsigned level)
{
	struct walk path;

	walk(&walker, va, &path);
	for (unsigned i = 0; i < path.steps; i++)
		if (path.step[i].level == level)
			return &tables[(path.step[i].at - POOL) / PAGE_BYTES][path.step[i].index];
	fail_msg("no entry of level %u", level);
	return NULL;
}

static void says(bool held, const char *want)
{
	char text[480], cut[480];

	assert_false(held);
	size_t bytes = preflight_sentence(&walker, &found, "the kernel's tables", text, sizeof text);
	assert_string_equal(text, want);
	assert_int_equal(bytes, strlen(text));
	assert_int_equal(preflight_sentence(&walker, &found, "the kernel's tables", cut, 40), 39);
	assert_memory_equal(cut, text, 39);
}

static bool entry_holds(void)
{
	struct requirement entry = { .va = kinds[0].base + 0x100123, .pa = 0x40100123, .bytes = 1,
	                             .what = "the entry point", .access = REQUIRE_READ | REQUIRE_EXECUTE,
	                             .flags = REQUIRE_AT_LEAST };

	return preflight_list(&walker, &entry, 1, &found);
}

#define NX (1ull << 63)

static void sentences(void **state)
{
	const struct kind *k = &kinds[0];
	vaddr text = k->base + 0x100000, data = k->base + 0x105000;

	(void)state;
	build(k);
	assert_true(entry_holds());
	*entry_for(text, 3) |= NX;
	says(entry_holds(),
	     "the entry point at 0xffffffff80100123 cannot be executed in the kernel's tables: PML4[511] = "
	     "0x8000000007002023: NX is set, which forbids execution in everything below it. "
	     "Usual cause: rights belong into the last entry: those above must allow everything");
	build(k);
	*entry_for(text, 1) = 0;
	says(entry_holds(),
	     "the entry point at 0xffffffff80100123 is not mapped in the kernel's tables: PD[0] = 0x0: "
	     "it is not present. Usual cause: the range was left out, or is mapped at another address");
	build(k);
	*entry_for(text, 0) |= 1ull << 45;
	says(holds(),
	     "segment 0 at 0xffffffff80100000 is not mapped in the kernel's tables: PT[256] = 0x200040100061: "
	     "bit 45 is reserved: this processor has 40-bit physical addresses. "
	     "Usual cause: a table made for another processor, or overwritten");
	build(k);
	*entry_for(data, 0) &= ~2ull;
	says(holds(),
	     "segment 2 at 0xffffffff80105000 cannot be written in the kernel's tables: PT[261] = 0x8000000040105061: "
	     "R/W is clear, which forbids writing. Usual cause: the flags of another segment, or one page for both");
}

static void sentences_of_what_is_too_much(void **state)
{
	const struct kind *k = &kinds[0];
	vaddr rodata = k->base + 0x103000, stack = k->base + 0x803000, console = k->base + 0x80a000;

	(void)state;
	build(k);
	*entry_for(rodata, 0) |= 2;
	says(holds(),
	     "segment 1 at 0xffffffff80103000 can be written in the kernel's tables: PT[259] at 0x7004818 = "
	     "0x8000000040103063: 4 KiB page at 0x40103000, write-back, writable, NX. "
	     "Usual cause: flags that are too generous");
	build(k);
	*entry_for(rodata, 0) &= ~NX;
	says(holds(),
	     "segment 1 at 0xffffffff80103000 can be executed in the kernel's tables: PT[259] at 0x7004818 = "
	     "0x40103061: 4 KiB page at 0x40103000, write-back, read-only. Usual cause: flags that are too "
	     "generous");
	build(k);
	*entry_for(stack, 0) += 0x1000;
	says(holds(),
	     "the boot stack of CPU 1 at 0xffffffff80803000 leads to 0x41001000 instead of 0x41000000 in the "
	     "kernel's tables: PT[3] at 0x7005018 = 0x8000000041001063: 4 KiB page at 0x41001000, write-back, "
	     "writable, NX. Usual cause: a wrong difference between virtual and physical addresses, or an entry "
	     "written twice");
	build(k);
	*entry_for(console, 0) &= ~0x18ull;
	says(holds(),
	     "the debug console at 0xffffffff8080a000 is write-back, not device in the kernel's tables: PT[10] at "
	     "0x7005050 = 0x8000000009000063: 4 KiB page at 0x9000000, write-back, writable, NX. Usual cause: an "
	     "index of another PAT or MAIR, or attributes left at 0");
	build(k);
	*(entry_for(stack, 0) - 1) = 0x8000000041007063;
	says(holds(),
	     "the guard below the boot stack of CPU 1 at 0xffffffff80802000 is mapped in the kernel's tables: "
	     "PT[2] at 0x7005010 = 0x8000000041007063: 4 KiB page at 0x41007000, write-back, writable, NX. Usual "
	     "cause: a range that is too long, or an entry left over");
	build(k);
	*(entry_for(stack, 0) + 2) = 0x8000000041007063;
	says(holds(),
	     "the guard above the boot stack of CPU 1 at 0xffffffff80805000 is mapped in the kernel's tables: "
	     "PT[5] at 0x7005028 = 0x8000000041007063: 4 KiB page at 0x41007000, write-back, writable, NX. Usual "
	     "cause: a range that is too long, or an entry left over");
	build(k);
	*(entry_for(console, 0) + 1) = 0x8000000041007063;
	says(holds(),
	     "memory that belongs to nothing at 0xffffffff8080b000 is mapped in the kernel's tables: PT[11] at "
	     "0x7005058 = 0x8000000041007063: 4 KiB page at 0x41007000, write-back, writable, NX. Usual cause: a "
	     "range that is too long, or an entry left over");
	build(k);
	for (unsigned level = 0; level < 4; level++)
		*entry_for(stack, level) |= 4;
	says(holds(),
	     "the boot stack of CPU 1 at 0xffffffff80803000 can be reached from user mode in the kernel's tables: "
	     "PT[3] at 0x7005018 = 0x8000000041000067: 4 KiB page at 0x41000000, write-back, writable, user, NX. "
	     "Usual cause: flags that are too generous");
}

static void sentences_about_guards_and_lists(void **state)
{
	(void)state;
	build(&kinds[0]);
	struct requirement close = list[5];
	list[5].va = list[4].va + list[4].bytes;
	says(holds(),
	     "the boot stack of CPU 2 at 0xffffffff80805000 touches what is before it in the kernel's tables: "
	     "PT[5] at 0x7005028 = 0x0: it is not present. Usual cause: two ranges that meet");
	list[5] = close;
	list[8].va = list[0].va;
	says(holds(),
	     "the direct map at 0xffffffff80100000 touches what is before it in the kernel's tables: PT[256] at "
	     "0x7004800 = 0x40100061: 4 KiB page at 0x40100000, write-back, read-only. Usual cause: two ranges "
	     "that meet");
}

/* Tables that are live for somebody else: more is no harm, but for what can be both written and executed. */
static void what_is_mapped_is_sane(void **state)
{
	const struct requirement sane = { .va = kinds[0].base, .bytes = GIB(1), .what = "a page",
	                                  .access = REQUIRE_READ, .flags = REQUIRE_IF_MAPPED };

	(void)state;
	build(&kinds[0]);
	assert_true(preflight_list(&walker, &sane, 1, &found));
	*entry_for(kinds[0].base + 0x106000, 0) &= ~NX;
	says(preflight_list(&walker, &sane, 1, &found),
	     "a page at 0xffffffff80106000 can be both written and executed in the kernel's tables: PT[262] at "
	     "0x7004830 = 0x40106063: 4 KiB page at 0x40106000, write-back, writable. Usual cause: flags that are "
	     "too generous");
}

static void aarch64_speaks_its_own_words(void **state)
{
	(void)state;
	build(&kinds[2]);
	*entry_for(kinds[2].base + 0x100000, 3) |= 1ull << 59;
	says(holds(),
	     "segment 0 at 0xffffffff80100000 cannot be executed in the kernel's tables: L0[511] = "
	     "0x800000007002003: PXNTable is set, which forbids execution in everything below it. Usual cause: "
	     "rights belong into the last entry: those above must allow everything");
	build(&kinds[2]);
	*entry_for(kinds[2].base + 0x105000, 0) &= ~0x300ull;
	says(holds(),
	     "segment 2 at 0xffffffff80105000 is not shareable in the kernel's tables: L3[261] at 0x7004828 = "
	     "0x60000040105c03: 4 KiB page at 0x40105000, write-back, writable, PXN, UXN. Usual cause: an index "
	     "of another PAT or MAIR, or attributes left at 0");
	build(&kinds[2]);
	*entry_for(kinds[2].base + 0x105000, 0) &= ~0x400ull;
	says(holds(),
	     "segment 2 at 0xffffffff80105000 is not mapped in the kernel's tables: L3[261] = 0x60000040105b03: "
	     "AF is clear, so the first access faults. Usual cause: an entry made by hand without the access flag");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_as_they_were_asked_for_hold),
		cmocka_unit_test(reserved_bits_have_two_usual_causes),
		cmocka_unit_test(every_bit_of_every_entry_in_use),
		cmocka_unit_test(every_entry_that_is_free),
		cmocka_unit_test(sentences),
		cmocka_unit_test(sentences_of_what_is_too_much),
		cmocka_unit_test(sentences_about_guards_and_lists),
		cmocka_unit_test(what_is_mapped_is_sane),
		cmocka_unit_test(aarch64_speaks_its_own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
