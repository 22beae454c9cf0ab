#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memmap.h"

enum { WB = 8, UC = 1 };

struct descriptor {
	uint32_t type;
	uint64_t page;
	uint64_t pages;
	uint64_t attributes;
};

enum { RESERVED, LOADER_CODE, LOADER_DATA, BOOT_CODE, BOOT_DATA, RUN_CODE, RUN_DATA, FREE, UNUSABLE, RECLAIM, NVS, IO,
       IO_PORT, PAL, PERSISTENT, UNACCEPTED };

static uint8_t raw[1 << 20];
static struct hobnail_memory slots[1 << 16];

static void put64(uint8_t *at, uint64_t n)
{
	for (unsigned i = 0; i < 8; i++)
		at[i] = (uint8_t)(n >> (8 * i));
}

static struct uefi_map pack(const struct descriptor *d, size_t n, uint64_t stride)
{
	memset(raw, 0xa5, n * stride);
	for (size_t i = 0; i < n; i++) {
		uint8_t *at = raw + i * stride;
		put64(at, d[i].type);
		put64(at + 8, d[i].page * PAGE_BYTES);
		put64(at + 24, d[i].pages);
		put64(at + 32, d[i].attributes);
	}
	return (struct uefi_map){ raw, n * stride, stride };
}

static struct memmap read_map(const struct descriptor *d, size_t n)
{
	struct memmap m = { slots, 0, memmap_bound(n) };
	struct uefi_map map = pack(d, n, 48);

	assert_int_equal(memmap_from_uefi(&m, &map, NULL), OK);
	assert_int_equal(memmap_check(&m, NULL), OK);
	return m;
}

static void expect(const struct memmap *m, size_t i, uint64_t page, uint64_t pages, uint32_t type)
{
	assert_true(i < m->count);
	assert_int_equal(m->entries[i].base, page * PAGE_BYTES);
	assert_int_equal(m->entries[i].bytes, pages * PAGE_BYTES);
	assert_int_equal(m->entries[i].type, type);
}

/* ---- The reference: an array of pages ---------------------------------------------------------------------- */

enum { PAGES = 48 };

struct page {
	uint32_t type; /* 0: none */
	uint64_t attributes;
};

/* The order of claims as memmap.h words it, written down a second time. */
static const uint32_t claims[] = {
	HOBNAIL_MEMORY_USABLE, HOBNAIL_MEMORY_FIRMWARE_BOOT, HOBNAIL_MEMORY_SPECIAL, HOBNAIL_MEMORY_ACPI_RECLAIM,
	HOBNAIL_MEMORY_ACPI_NVS, HOBNAIL_MEMORY_RUNTIME_DATA, HOBNAIL_MEMORY_RUNTIME_CODE, HOBNAIL_MEMORY_PERSISTENT,
	HOBNAIL_MEMORY_UNACCEPTED, HOBNAIL_MEMORY_MMIO, HOBNAIL_MEMORY_RESERVED, HOBNAIL_MEMORY_BAD,
};

static unsigned claim_of(uint32_t type)
{
	for (unsigned i = 0; i < COUNT_OF(claims); i++)
		if (claims[i] == type)
			return i;
	fail();
	return 0;
}

static bool page_wins(struct page a, struct page b)
{
	if (a.type != b.type)
		return claim_of(a.type) > claim_of(b.type);
	if ((a.attributes & WB) != (b.attributes & WB))
		return !(a.attributes & WB);
	return a.attributes < b.attributes;
}

static void paint(struct page *pages, const struct descriptor *d, size_t n)
{
	memset(pages, 0, PAGES * sizeof *pages);
	for (size_t i = 0; i < n; i++) {
		struct page mine = { memmap_type_of(d[i].type, d[i].attributes), d[i].attributes };
		for (uint64_t k = d[i].page; k < d[i].page + d[i].pages; k++)
			if (!pages[k].type || page_wins(mine, pages[k]))
				pages[k] = mine;
	}
	if (pages[0].type == HOBNAIL_MEMORY_USABLE || pages[0].type == HOBNAIL_MEMORY_FIRMWARE_BOOT)
		pages[0].type = HOBNAIL_MEMORY_RESERVED;
}

/* Is the map what the pages say? With memmap_check() that fixes every entry: the merged list is unique. */
static bool map_is(const struct memmap *m, const struct page *pages)
{
	if (memmap_check(m, NULL) != OK)
		return false;
	for (uint64_t k = 0; k < PAGES; k++) {
		const struct hobnail_memory *e = memmap_find(m, k * PAGE_BYTES + 123);
		if ((e ? e->type : 0) != pages[k].type || (e && e->attributes != pages[k].attributes))
			return false;
	}
	return m->count == 0 || m->entries[m->count - 1].base + m->entries[m->count - 1].bytes <= PAGES * PAGE_BYTES;
}

static void compare(const struct descriptor *d, size_t n)
{
	struct page pages[PAGES];
	struct memmap m = { slots, 0, memmap_bound(n) };
	struct uefi_map map = pack(d, n, 40);

	if (memmap_from_uefi(&m, &map, NULL) != OK)
		fail();
	paint(pages, d, n);
	if (!map_is(&m, pages)) {
		for (size_t i = 0; i < n; i++)
			print_message("type %u page %d pages %d attributes %d\n", d[i].type, (int)d[i].page,
			              (int)d[i].pages, (int)d[i].attributes);
		fail_msg("the map differs from the pages");
	}
}

static uint64_t random_state;

static unsigned random_below(unsigned n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % n;
}

static void random_descriptors(struct descriptor *d, size_t n)
{
	static const uint64_t attributes[] = { WB, WB, UC, 0xf, WB | 0x40000, UC | 0x4000 };

	for (size_t i = 0; i < n; i++) {
		d[i].type = random_below(17);
		d[i].page = random_below(40);
		d[i].pages = random_below(4) ? random_below(6) : random_below(PAGES - 40 + 1);
		if (random_below(8) == 0)
			d[i].pages = random_below((unsigned)(PAGES - d[i].page));
		d[i].attributes = attributes[random_below(COUNT_OF(attributes))];
	}
}

static void memmap_agrees_with_pages_on_random_maps(void **state)
{
	struct descriptor d[24];

	(void)state;
	for (unsigned seed = 1; seed <= 6000; seed++) {
		random_state = seed;
		size_t n = random_below(COUNT_OF(d) + 1);
		random_descriptors(d, n);
		compare(d, n);
	}
}

/* The n-th order of four things. */
static void permute(struct descriptor *d, unsigned n)
{
	for (unsigned i = 3; i > 0; i--) {
		unsigned other = n % (i + 1);
		struct descriptor t = d[i];
		n /= i + 1;
		d[i] = d[other];
		d[other] = t;
	}
}

/* Every map of four descriptors (some of them empty: so of up to four) over six pages, three types each. The order
 * in which they come changes from map to map. */
static void memmap_agrees_with_pages_on_every_small_map(void **state)
{
	static const uint32_t kinds[] = { FREE, BOOT_DATA, RESERVED };
	struct descriptor all[64];
	unsigned count = 0, n = 0;

	(void)state;
	for (unsigned from = 0; from < 6; from++)
		for (unsigned to = from + 1; to <= 6; to++)
			for (unsigned k = 0; k < 3; k++)
				all[count++] = (struct descriptor){ kinds[k], from, to - from, WB };
	all[count++] = (struct descriptor){ FREE, 2, 0, WB };
	for (unsigned a = 0; a < count; a++)
		for (unsigned b = a; b < count; b++)
			for (unsigned c = b; c < count; c++)
				for (unsigned e = c; e < count; e++) {
					struct descriptor d[] = { all[a], all[b], all[c], all[e] };
					permute(d, n++ % 24);
					compare(d, 4);
				}
	assert_int_equal(n, 67 * 66 * 65 * 64 / 24);
}

/* ---- Reading ------------------------------------------------------------------------------------------------ */

static void memmap_sorts_and_merges(void **state)
{
	static const struct descriptor d[] = {
		{ FREE, 30, 10, WB }, { LOADER_CODE, 20, 10, WB },
		{ FREE, 50, 1, UC }, { FREE, 40, 10, WB }, { RUN_DATA, 10, 2, WB },
	};
	struct memmap m = read_map(d, COUNT_OF(d));

	(void)state;
	assert_int_equal(m.count, 3);
	expect(&m, 0, 10, 2, HOBNAIL_MEMORY_RUNTIME_DATA);
	expect(&m, 1, 20, 30, HOBNAIL_MEMORY_USABLE);
	expect(&m, 2, 50, 1, HOBNAIL_MEMORY_USABLE);
}

static void memmap_reads_any_stride(void **state)
{
	static const struct descriptor d[] = { { FREE, 1, 1, WB }, { BOOT_CODE, 2, 1, WB } };

	(void)state;
	for (uint64_t stride = 40; stride <= 128; stride += 8) {
		struct memmap m = { slots, 99, memmap_bound(2) };
		struct uefi_map map = pack(d, 2, stride);
		assert_int_equal(memmap_from_uefi(&m, &map, NULL), OK);
		assert_int_equal(m.count, 2);
		expect(&m, 1, 2, 1, HOBNAIL_MEMORY_FIRMWARE_BOOT);
	}
}

static void memmap_refuses_impossible_strides(void **state)
{
	static const struct { uint64_t bytes, stride; } bad[] = {
		{ 80, 0 }, { 80, 8 }, { 64, 32 }, { 84, 42 }, { 100, 48 }, { 40, 48 }, { 78, 39 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct memmap m = { slots, 7, 100 };
		struct uefi_map map = { raw, bad[i].bytes, bad[i].stride };
		struct problem p;
		assert_int_equal(memmap_from_uefi(&m, &map, &p), ERR_MEMMAP_STRIDE);
		assert_int_equal(p.value[0], bad[i].bytes);
		assert_int_equal(p.value[1], bad[i].stride);
		assert_int_equal(m.count, 0);
	}
}

static void memmap_refuses_unaligned_base(void **state)
{
	static const struct descriptor d[] = { { FREE, 1, 1, WB }, { FREE, 5, 1, WB } };
	struct memmap m = { slots, 0, 100 };
	struct uefi_map map = pack(d, 2, 48);
	struct problem p;

	(void)state;
	put64(raw + 48 + 8, 0x5001);
	assert_int_equal(memmap_from_uefi(&m, &map, &p), ERR_MEMMAP_ALIGNED);
	assert_int_equal(p.value[0], 0x5001);
	assert_int_equal(p.offset, 48);
	assert_int_equal(m.count, 0);
}

static void memmap_refuses_a_small_array(void **state)
{
	static const struct descriptor d[] = { { FREE, 1, 1, WB }, { FREE, 5, 1, WB } };
	struct memmap m = { slots, 0, memmap_bound(2) - 1 };
	struct uefi_map map = pack(d, 2, 48);
	struct problem p;

	(void)state;
	assert_int_equal(memmap_from_uefi(&m, &map, &p), ERR_FULL);
	assert_int_equal(p.value[0], memmap_bound(2) - 1);
	assert_int_equal(m.count, 0);
}

static void memmap_stays_inside_its_bound(void **state)
{
	enum { N = 60 };
	struct descriptor d[N];
	struct hobnail_memory *exact = calloc(memmap_bound(N), sizeof *exact); /* ASan watches its end */
	struct memmap m = { exact, 0, memmap_bound(N) };

	(void)state;
	assert_non_null(exact);
	/* Nested like onion skins, each layer less usable than the one around it: the most pieces there can be. */
	for (unsigned i = 0; i < N; i++)
		d[i] = (struct descriptor){ i < N / 2 ? FREE : BOOT_DATA, 2 * i, 4 * (N - i) - 2, (N - i) << 8 };
	struct uefi_map map = pack(d, N, 48);
	assert_int_equal(memmap_from_uefi(&m, &map, NULL), OK);
	assert_int_equal(m.count, 2 * N);
	assert_int_equal(memmap_check(&m, NULL), OK);
	free(exact);
}

/* In order but for one descriptor, which is moved from anywhere to anywhere: a short run before, behind and between
 * long ones. */
static void memmap_stays_inside_its_bound_when_one_is_out_of_place(void **state)
{
	enum { N = 24 };
	struct descriptor d[N];
	struct hobnail_memory *exact = calloc(memmap_bound(N), sizeof *exact); /* ASan watches its end */
	struct memmap m = { exact, 0, memmap_bound(N) };

	(void)state;
	assert_non_null(exact);
	for (unsigned from = 0; from < N; from++)
		for (unsigned to = 0; to < N; to++) {
			for (unsigned i = 0; i < N; i++) {
				unsigned later = from <= i && i < to, sooner = to < i && i <= from;
				unsigned k = i == to ? from : i + later - sooner;
				uint32_t type = k % 2 ? RESERVED : FREE;
				d[i] = (struct descriptor){ type, 3 * k + 1, k == from ? 5 : 2, WB };
			}
			struct uefi_map map = pack(d, N, 40);
			assert_int_equal(memmap_from_uefi(&m, &map, NULL), OK);
			assert_int_equal(memmap_check(&m, NULL), OK);
			for (unsigned k = 0; k < N; k++)
				assert_non_null(memmap_find(&m, (3 * k + 1) * PAGE_BYTES));
			assert_true(m.count >= N - 1);
		}
	free(exact);
}

static void memmap_drops_empty_descriptors(void **state)
{
	static const struct descriptor d[] = { { FREE, 5, 0, WB }, { FREE, 7, 1, WB }, { RESERVED, 7, 0, WB } };
	struct memmap m = read_map(d, COUNT_OF(d));

	(void)state;
	assert_int_equal(m.count, 1);
	expect(&m, 0, 7, 1, HOBNAIL_MEMORY_USABLE);
}

static void memmap_reads_an_empty_map(void **state)
{
	struct memmap m = { slots, 5, 0 };
	struct uefi_map map = { raw, 0, 48 };

	(void)state;
	assert_int_equal(memmap_from_uefi(&m, &map, NULL), OK);
	assert_int_equal(m.count, 0);
	assert_int_equal(memmap_check(&m, NULL), OK);
	assert_null(memmap_find(&m, 0));
}

static void memmap_clamps_what_wraps(void **state)
{
	const uint64_t top = UINT64_MAX / PAGE_BYTES; /* the last page, which no range holds */
	const struct descriptor d[] = {
		{ RESERVED, top - 3, UINT64_MAX, UC }, { IO, top - 9, 6 + 4096, UC }, { FREE, top, 1, WB },
		{ FREE, 100, UINT64_C(1) << 52, WB },
	};
	struct memmap m = read_map(d, COUNT_OF(d));

	(void)state;
	assert_int_equal(m.count, 3);
	expect(&m, 0, 100, top - 109, HOBNAIL_MEMORY_USABLE);
	expect(&m, 1, top - 9, 6, HOBNAIL_MEMORY_MMIO);
	expect(&m, 2, top - 3, 3, HOBNAIL_MEMORY_RESERVED);
}

static void memmap_never_gives_page_zero_away(void **state)
{
	static const struct { uint32_t efi, page_zero, rest; } cases[] = {
		{ FREE, HOBNAIL_MEMORY_RESERVED, HOBNAIL_MEMORY_USABLE },
		{ LOADER_DATA, HOBNAIL_MEMORY_RESERVED, HOBNAIL_MEMORY_USABLE },
		{ BOOT_CODE, HOBNAIL_MEMORY_RESERVED, HOBNAIL_MEMORY_FIRMWARE_BOOT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct descriptor d = { cases[i].efi, 0, 160, WB };
		struct memmap m = read_map(&d, 1);
		assert_int_equal(m.count, 2);
		expect(&m, 0, 0, 1, cases[i].page_zero);
		expect(&m, 1, 1, 159, cases[i].rest);
		d.pages = 1;
		m = read_map(&d, 1);
		assert_int_equal(m.count, 1);
		expect(&m, 0, 0, 1, cases[i].page_zero);
	}
}

static void memmap_leaves_a_page_zero_that_is_not_free(void **state)
{
	static const struct descriptor d[] = { { NVS, 0, 2, WB } };
	struct memmap m = read_map(d, 1);

	(void)state;
	assert_int_equal(m.count, 1);
	expect(&m, 0, 0, 2, HOBNAIL_MEMORY_ACPI_NVS);
}

static void memmap_cuts_many_holes_into_one_big_range(void **state)
{
	enum { N = 2000 };
	static struct descriptor d[N + 1];
	uint64_t usable = 0;

	(void)state;
	d[0] = (struct descriptor){ FREE, 1, 4 * N, WB };
	for (unsigned i = 1; i <= N; i++)
		d[i] = (struct descriptor){ i % 2 ? RUN_DATA : RESERVED, 4 * (N - i) + 2, 2, WB };
	struct memmap m = read_map(d, N + 1);
	for (size_t i = 0; i < m.count; i++)
		usable += m.entries[i].type == HOBNAIL_MEMORY_USABLE ? m.entries[i].bytes : 0;
	assert_int_equal(m.count, 2 * N + 1);
	assert_int_equal(usable, 2 * N * PAGE_BYTES);
}

static void memmap_takes_thousands_of_identical_and_reversed_ranges(void **state)
{
	enum { N = 20000 };
	static struct descriptor d[N];

	(void)state;
	for (unsigned i = 0; i < N; i++)
		d[i] = (struct descriptor){ i == N / 3 ? BOOT_DATA : FREE, 5, 9, WB };
	struct memmap m = read_map(d, N);
	assert_int_equal(m.count, 1);
	expect(&m, 0, 5, 9, HOBNAIL_MEMORY_FIRMWARE_BOOT);
	for (unsigned i = 0; i < N; i++)
		d[i] = (struct descriptor){ i % 2 ? FREE : BOOT_DATA, N - i, 1, WB };
	m = read_map(d, N);
	assert_int_equal(m.count, N);
}

static void memmap_conserves_pages(void **state)
{
	struct descriptor d[20];
	struct page pages[PAGES];

	(void)state;
	for (unsigned seed = 1; seed <= 500; seed++) {
		uint64_t before = 0, after = 0;
		random_state = 77000 + seed;
		random_descriptors(d, COUNT_OF(d));
		paint(pages, d, COUNT_OF(d));
		for (unsigned i = 0; i < PAGES; i++)
			before += pages[i].type != 0;
		struct memmap m = read_map(d, COUNT_OF(d));
		for (size_t i = 0; i < m.count; i++)
			after += m.entries[i].bytes / PAGE_BYTES;
		assert_int_equal(before, after);
	}
}

static void memmap_does_not_depend_on_the_order(void **state)
{
	struct descriptor d[16];
	static struct hobnail_memory first[64];

	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		random_state = 5000 + seed;
		random_descriptors(d, COUNT_OF(d));
		struct memmap m = read_map(d, COUNT_OF(d));
		size_t count = m.count;
		memcpy(first, m.entries, count * sizeof *first);
		for (size_t i = COUNT_OF(d) - 1; i; i--) {
			size_t k = random_below((unsigned)i + 1);
			struct descriptor t = d[i];
			d[i] = d[k];
			d[k] = t;
		}
		m = read_map(d, COUNT_OF(d));
		assert_int_equal(m.count, count);
		assert_memory_equal(first, m.entries, count * sizeof *first);
	}
}

/* ---- Types -------------------------------------------------------------------------------------------------- */

static void memmap_knows_every_efi_type(void **state)
{
	static const uint32_t want[] = {
		HOBNAIL_MEMORY_RESERVED,      HOBNAIL_MEMORY_USABLE,        HOBNAIL_MEMORY_USABLE,
		HOBNAIL_MEMORY_FIRMWARE_BOOT, HOBNAIL_MEMORY_FIRMWARE_BOOT, HOBNAIL_MEMORY_RUNTIME_CODE,
		HOBNAIL_MEMORY_RUNTIME_DATA,  HOBNAIL_MEMORY_USABLE,        HOBNAIL_MEMORY_BAD,
		HOBNAIL_MEMORY_ACPI_RECLAIM,  HOBNAIL_MEMORY_ACPI_NVS,      HOBNAIL_MEMORY_MMIO,
		HOBNAIL_MEMORY_MMIO,          HOBNAIL_MEMORY_RESERVED,      HOBNAIL_MEMORY_PERSISTENT,
		HOBNAIL_MEMORY_UNACCEPTED,    HOBNAIL_MEMORY_RESERVED,
	};

	(void)state;
	for (uint32_t i = 0; i < COUNT_OF(want); i++)
		assert_int_equal(memmap_type_of(i, WB), want[i]);
	assert_int_equal(memmap_type_of(0x70000000, WB), HOBNAIL_MEMORY_RESERVED);
	assert_int_equal(memmap_type_of(UINT32_MAX, WB), HOBNAIL_MEMORY_RESERVED);
	assert_int_equal(memmap_type_of(FREE, WB | 0x40000), HOBNAIL_MEMORY_SPECIAL);
	assert_int_equal(memmap_type_of(BOOT_DATA, WB | 0x40000), HOBNAIL_MEMORY_FIRMWARE_BOOT);
}

static void memmap_names_every_type(void **state)
{
	(void)state;
	for (uint32_t i = HOBNAIL_MEMORY_USABLE; i <= HOBNAIL_MEMORY_SPECIAL; i++) {
		assert_string_not_equal(memmap_type_name(i), "unknown");
		for (uint32_t k = HOBNAIL_MEMORY_USABLE; k < i; k++)
			assert_string_not_equal(memmap_type_name(i), memmap_type_name(k));
	}
	assert_string_equal(memmap_type_name(0), "unknown");
	assert_string_equal(memmap_type_name(19), "unknown");
	assert_string_equal(memmap_type_name(UINT32_MAX), "unknown");
}

static void memmap_direct_map_takes_only_write_back_memory(void **state)
{
	static const uint32_t in[] = {
		HOBNAIL_MEMORY_USABLE, HOBNAIL_MEMORY_FIRMWARE_BOOT, HOBNAIL_MEMORY_TABLES, HOBNAIL_MEMORY_STACKS,
		HOBNAIL_MEMORY_RECORD, HOBNAIL_MEMORY_NET, HOBNAIL_MEMORY_KERNEL, HOBNAIL_MEMORY_MODULE,
		HOBNAIL_MEMORY_ACPI_RECLAIM, HOBNAIL_MEMORY_ACPI_NVS, HOBNAIL_MEMORY_RUNTIME_DATA,
	};

	(void)state;
	for (uint32_t type = 0; type < 25; type++) {
		struct hobnail_memory e = { 0, 4096, type, 0, 0xf };
		bool want = false;
		for (size_t i = 0; i < COUNT_OF(in); i++)
			want = want || in[i] == type;
		assert_int_equal(memmap_in_direct_map(&e), want);
		assert_int_equal(memmap_is_ours(&e), type == HOBNAIL_MEMORY_USABLE);
		e.attributes = 0x7;
		assert_false(memmap_in_direct_map(&e));
		assert_false(memmap_is_ours(&e));
		assert_int_equal(memmap_is_free(&e), type == 1 || type == 2);
	}
}

/* ---- memmap_set ------------------------------------------------------------------------------------------------ */

static void set(struct memmap *m, uint64_t page, uint64_t pages, uint32_t type)
{
	assert_int_equal(memmap_set(m, page * PAGE_BYTES, pages * PAGE_BYTES, type, NULL), OK);
	assert_int_equal(memmap_check(m, NULL), OK);
}

static void memmap_set_splits_and_merges_again(void **state)
{
	static const struct descriptor d[] = { { FREE, 10, 30, WB } };
	struct memmap m = read_map(d, 1);

	(void)state;
	set(&m, 20, 5, HOBNAIL_MEMORY_KERNEL);
	assert_int_equal(m.count, 3);
	expect(&m, 0, 10, 10, HOBNAIL_MEMORY_USABLE);
	expect(&m, 1, 20, 5, HOBNAIL_MEMORY_KERNEL);
	expect(&m, 2, 25, 15, HOBNAIL_MEMORY_USABLE);
	assert_int_equal(m.entries[1].attributes, WB);
	set(&m, 15, 5, HOBNAIL_MEMORY_KERNEL);
	set(&m, 25, 5, HOBNAIL_MEMORY_KERNEL);
	assert_int_equal(m.count, 3);
	expect(&m, 1, 15, 15, HOBNAIL_MEMORY_KERNEL);
	set(&m, 12, 20, HOBNAIL_MEMORY_USABLE);
	assert_int_equal(m.count, 1);
	expect(&m, 0, 10, 30, HOBNAIL_MEMORY_USABLE);
}

static void memmap_set_leaves_holes_absent(void **state)
{
	static const struct descriptor d[] = { { FREE, 10, 2, WB }, { FREE, 20, 2, WB } };
	struct memmap m = read_map(d, 2);

	(void)state;
	set(&m, 1, 100, HOBNAIL_MEMORY_MODULE);
	assert_int_equal(m.count, 2);
	expect(&m, 0, 10, 2, HOBNAIL_MEMORY_MODULE);
	expect(&m, 1, 20, 2, HOBNAIL_MEMORY_MODULE);
	set(&m, 13, 4, HOBNAIL_MEMORY_BAD);
	assert_int_equal(m.count, 2);
}

static void memmap_set_free_leaves_what_is_not_free(void **state)
{
	static const struct descriptor d[] = { { FREE, 1, 4, WB }, { RUN_DATA, 5, 1, WB }, { BOOT_DATA, 6, 2, WB },
	                                       { FREE, 12, 4, WB } };
	struct memmap m = read_map(d, 4);

	(void)state;
	/* From within page 3 to within page 12, over what is in use and over a hole. */
	assert_int_equal(memmap_set_free(&m, 3 * PAGE_BYTES + 5, 9 * PAGE_BYTES, HOBNAIL_MEMORY_ACPI_RECLAIM, NULL),
	                 OK);
	assert_int_equal(m.count, 6);
	expect(&m, 0, 1, 2, HOBNAIL_MEMORY_USABLE);
	expect(&m, 1, 3, 2, HOBNAIL_MEMORY_ACPI_RECLAIM);
	expect(&m, 2, 5, 1, HOBNAIL_MEMORY_RUNTIME_DATA);
	expect(&m, 3, 6, 2, HOBNAIL_MEMORY_ACPI_RECLAIM);
	expect(&m, 4, 12, 1, HOBNAIL_MEMORY_ACPI_RECLAIM);
	expect(&m, 5, 13, 3, HOBNAIL_MEMORY_USABLE);
	m.capacity = m.count;
	assert_int_equal(memmap_set_free(&m, 1 * PAGE_BYTES, 1, HOBNAIL_MEMORY_ACPI_RECLAIM, NULL), ERR_FULL);
	assert_int_equal(memmap_set_free(&m, 8 * PAGE_BYTES, PAGE_BYTES, HOBNAIL_MEMORY_ACPI_RECLAIM, NULL), OK);
}

static void memmap_set_refuses_bad_ranges(void **state)
{
	static const struct descriptor d[] = { { FREE, 10, 2, WB } };
	static const struct { uint64_t base, bytes; } bad[] = {
		{ 0x1000, 0 }, { 0x1001, 0x1000 }, { 0x1000, 0xfff },
		{ 0x1000, UINT64_MAX - 0xfff }, { UINT64_MAX - 0xfff, 0x1000 },
	};
	struct memmap m = read_map(d, 1);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct problem p;
		assert_int_equal(memmap_set(&m, bad[i].base, bad[i].bytes, HOBNAIL_MEMORY_BAD, &p), ERR_RANGE);
		assert_int_equal(p.value[0], bad[i].base);
		assert_int_equal(p.value[1], bad[i].bytes);
	}
	assert_int_equal(m.count, 1);
	expect(&m, 0, 10, 2, HOBNAIL_MEMORY_USABLE);
}

static void memmap_set_is_all_or_nothing_when_full(void **state)
{
	struct hobnail_memory e[3] = { { 0x1000, 0x4000, HOBNAIL_MEMORY_USABLE, 0, WB } }, before[3];
	struct memmap m = { e, 1, 2 };
	struct problem p;

	(void)state;
	memcpy(before, e, sizeof e);
	assert_int_equal(memmap_set(&m, 0x2000, 0x1000, HOBNAIL_MEMORY_NET, &p), ERR_FULL);
	assert_int_equal(p.value[0], 2);
	assert_int_equal(m.count, 1);
	assert_memory_equal(before, e, sizeof e);
	m.capacity = 3;
	assert_int_equal(memmap_set(&m, 0x2000, 0x1000, HOBNAIL_MEMORY_NET, &p), OK);
	m.capacity = m.count;
	/* A split that a merge pays for fits into a full array. */
	assert_int_equal(memmap_set(&m, 0x3000, 0x1000, HOBNAIL_MEMORY_NET, &p), OK);
	assert_int_equal(m.count, 3);
}

/* Random changes to random maps, against the pages; with the least capacity that holds the result, and one less. */
static void memmap_set_agrees_with_pages(void **state)
{
	struct descriptor d[12];
	struct page pages[PAGES];
	static struct hobnail_memory before[128];

	(void)state;
	for (unsigned seed = 1; seed <= 4000; seed++) {
		random_state = 900000 + seed;
		random_descriptors(d, COUNT_OF(d));
		paint(pages, d, COUNT_OF(d));
		struct memmap m = read_map(d, COUNT_OF(d));
		for (unsigned step = 0; step < 6; step++) {
			uint64_t page = random_below(PAGES - 1), count = 1 + random_below((unsigned)(PAGES - page - 1));
			uint32_t type = random_below(3) ? 3 + random_below(6) : m.count ? m.entries[0].type : 8;
			size_t was = m.count;
			page += page == 0;
			count = page + count > PAGES ? PAGES - page : count;
			for (uint64_t k = page; k < page + count; k++)
				if (pages[k].type)
					pages[k].type = type;
			memcpy(before, m.entries, m.count * sizeof *before);
			m.capacity = m.count + 2;
			assert_int_equal(memmap_set(&m, page * PAGE_BYTES, count * PAGE_BYTES, type, NULL), OK);
			assert_true(map_is(&m, pages));
			if (m.count <= was)
				continue;
			size_t now = m.count;
			memcpy(m.entries, before, was * sizeof *before);
			m.count = was;
			m.capacity = now - 1;
			assert_int_equal(memmap_set(&m, page * PAGE_BYTES, count * PAGE_BYTES, type, NULL), ERR_FULL);
			assert_int_equal(m.count, was);
			assert_memory_equal(m.entries, before, was * sizeof *before);
			m.capacity = now;
			assert_int_equal(memmap_set(&m, page * PAGE_BYTES, count * PAGE_BYTES, type, NULL), OK);
			assert_true(map_is(&m, pages));
		}
	}
}

/* ---- Questions ----------------------------------------------------------------------------------------------- */

static void memmap_finds_by_address(void **state)
{
	static const struct descriptor d[] = { { FREE, 10, 2, WB }, { RUN_DATA, 12, 1, WB }, { FREE, 20, 2, WB } };
	struct memmap m = read_map(d, 3);

	(void)state;
	assert_null(memmap_find(&m, 10 * PAGE_BYTES - 1));
	assert_ptr_equal(memmap_find(&m, 10 * PAGE_BYTES), &m.entries[0]);
	assert_ptr_equal(memmap_find(&m, 12 * PAGE_BYTES - 1), &m.entries[0]);
	assert_ptr_equal(memmap_find(&m, 12 * PAGE_BYTES), &m.entries[1]);
	assert_null(memmap_find(&m, 13 * PAGE_BYTES));
	assert_ptr_equal(memmap_find(&m, 22 * PAGE_BYTES - 1), &m.entries[2]);
	assert_null(memmap_find(&m, 22 * PAGE_BYTES));
	assert_null(memmap_find(&m, UINT64_MAX));
	assert_ptr_equal(memmap_find_from(&m, 0), &m.entries[0]);
	assert_ptr_equal(memmap_find_from(&m, 12 * PAGE_BYTES), &m.entries[1]);
	assert_ptr_equal(memmap_find_from(&m, 13 * PAGE_BYTES), &m.entries[2]);
	assert_null(memmap_find_from(&m, 22 * PAGE_BYTES));
}

static void memmap_all_names_the_first_bad_address(void **state)
{
	static const struct descriptor d[] = { { FREE, 10, 2, WB }, { BOOT_DATA, 12, 2, WB }, { RUN_DATA, 14, 1, WB },
	                                       { FREE, 20, 2, WB } };
	struct memmap m = read_map(d, 4);
	paddr bad = 1;

	(void)state;
	assert_true(memmap_all(&m, 10 * PAGE_BYTES, 4 * PAGE_BYTES, memmap_is_free, &bad));
	assert_true(memmap_all(&m, 10 * PAGE_BYTES + 5, 100, memmap_is_free, &bad));
	assert_true(memmap_all(&m, 0, 0, memmap_is_free, &bad));
	assert_int_equal(bad, 1);
	assert_false(memmap_all(&m, 10 * PAGE_BYTES, 4 * PAGE_BYTES + 1, memmap_is_free, &bad));
	assert_int_equal(bad, 14 * PAGE_BYTES);
	assert_false(memmap_all(&m, 20 * PAGE_BYTES, 3 * PAGE_BYTES, memmap_is_free, &bad));
	assert_int_equal(bad, 22 * PAGE_BYTES);
	assert_false(memmap_all(&m, 20 * PAGE_BYTES, UINT64_MAX, memmap_is_free, NULL));
	assert_false(memmap_all(&m, 9 * PAGE_BYTES + 7, 1, memmap_is_free, &bad));
	assert_int_equal(bad, 9 * PAGE_BYTES + 7);
}

static void memmap_check_finds_every_breach(void **state)
{
	static const struct { struct hobnail_memory e[2]; size_t at; } bad[] = {
		{ { { 0x1000, 0, 1, 0, 0 }, { 0x5000, 0x1000, 1, 0, 0 } }, 0 },               /* empty */
		{ { { 0x1000, 0x1000, 1, 0, 0 }, { 0x5001, 0x1000, 1, 0, 0 } }, 1 },          /* base not on a page */
		{ { { 0x1000, 0x1000, 1, 0, 0 }, { 0x5000, 0x1001, 1, 0, 0 } }, 1 },          /* bytes not pages */
		{ { { 0x1000, 0x1000, 1, 0, 0 }, { 0x5000, UINT64_MAX - 0xfff, 1, 0, 0 } }, 1 }, /* wraps */
		{ { { 0x5000, 0x1000, 1, 0, 0 }, { 0x1000, 0x1000, 1, 0, 0 } }, 1 },          /* descending */
		{ { { 0x1000, 0x2000, 1, 0, 0 }, { 0x2000, 0x1000, 3, 0, 0 } }, 1 },          /* overlapping */
		{ { { 0x1000, 0x1000, 1, 0, 0 }, { 0x2000, 0x1000, 1, 0, 0 } }, 1 },          /* not merged */
		{ { { 0, 0x1000, 1, 0, 0 }, { 0x2000, 0x1000, 1, 0, 0 } }, 0 },               /* page 0 usable */
		{ { { 0, 0x1000, 2, 0, 0 }, { 0x2000, 0x1000, 1, 0, 0 } }, 0 },               /* page 0 firmware boot */
	};
	struct hobnail_memory good[2] = { { 0x1000, 0x1000, 1, 0, 0 }, { 0x2000, 0x1000, 1, 0, 8 } };
	struct memmap m = { good, 2, 2 };

	(void)state;
	assert_int_equal(memmap_check(&m, NULL), OK);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct hobnail_memory e[2];
		struct problem p;
		memcpy(e, bad[i].e, sizeof e);
		m.entries = e;
		assert_int_equal(memmap_check(&m, &p), ERR_MEMMAP_BROKEN);
		assert_int_equal(p.value[0], bad[i].at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memmap_agrees_with_pages_on_random_maps),
		cmocka_unit_test(memmap_agrees_with_pages_on_every_small_map),
		cmocka_unit_test(memmap_sorts_and_merges),
		cmocka_unit_test(memmap_reads_any_stride),
		cmocka_unit_test(memmap_refuses_impossible_strides),
		cmocka_unit_test(memmap_refuses_unaligned_base),
		cmocka_unit_test(memmap_refuses_a_small_array),
		cmocka_unit_test(memmap_stays_inside_its_bound),
		cmocka_unit_test(memmap_stays_inside_its_bound_when_one_is_out_of_place),
		cmocka_unit_test(memmap_drops_empty_descriptors),
		cmocka_unit_test(memmap_reads_an_empty_map),
		cmocka_unit_test(memmap_clamps_what_wraps),
		cmocka_unit_test(memmap_never_gives_page_zero_away),
		cmocka_unit_test(memmap_leaves_a_page_zero_that_is_not_free),
		cmocka_unit_test(memmap_cuts_many_holes_into_one_big_range),
		cmocka_unit_test(memmap_takes_thousands_of_identical_and_reversed_ranges),
		cmocka_unit_test(memmap_conserves_pages),
		cmocka_unit_test(memmap_does_not_depend_on_the_order),
		cmocka_unit_test(memmap_knows_every_efi_type),
		cmocka_unit_test(memmap_names_every_type),
		cmocka_unit_test(memmap_direct_map_takes_only_write_back_memory),
		cmocka_unit_test(memmap_set_splits_and_merges_again),
		cmocka_unit_test(memmap_set_leaves_holes_absent),
		cmocka_unit_test(memmap_set_free_leaves_what_is_not_free),
		cmocka_unit_test(memmap_set_refuses_bad_ranges),
		cmocka_unit_test(memmap_set_is_all_or_nothing_when_full),
		cmocka_unit_test(memmap_set_agrees_with_pages),
		cmocka_unit_test(memmap_finds_by_address),
		cmocka_unit_test(memmap_all_names_the_first_bad_address),
		cmocka_unit_test(memmap_check_finds_every_breach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
