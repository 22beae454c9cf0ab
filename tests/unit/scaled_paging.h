/* scaled_paging.h — the page-table builder, compiled a second time for small tables, and every sequence of up to three
 * operations on it, compared with a plain array of pages.
 *
 * Before including: SCALED_BITS (of an index), SCALED_LEVELS, SCALED_LEAF (the highest level that may hold a leaf). An
 * operation maps (at a physical place where all leaves fit, and for each level at one where only those below it do),
 * protects (in two ways) or unmaps one range of whole pages; every range is tried. What was tried from equal tables
 * is not tried again. */
#ifndef TESTS_SCALED_PAGING_H
#define TESTS_SCALED_PAGING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Other names than those of core/paging.o, which is in the program, too. */
#define PT_INDEX_BITS SCALED_BITS
#define pt_leaf_bits  scaled_leaf_bits
#define pt_canonical  scaled_canonical
#define pt_map        scaled_map
#define pt_protect    scaled_protect
#define pt_unmap      scaled_unmap
#define pt_lookup     scaled_lookup
#define pt_frame_bits scaled_frame_bits
#define pt_last_table scaled_last_table
#define pt_root_index scaled_root_index
#include "../../core/paging.c"

enum {
	PAGES = 1 << (SCALED_BITS * SCALED_LEVELS),
	TABLES = 1 + PAGES / PT_ENTRIES * 2,
	RANGES = PAGES * (PAGES + 1) / 2,
	MAP_PLACES = SCALED_LEVELS, PROTECTIONS = 2,
	WAYS = MAP_PLACES + PROTECTIONS + 1,
	OPERATIONS = RANGES * WAYS,
};

#define TABLE_BASE 0x100000ull
#define PLACE      0x400000ull

/* x86_64's bits, on a range of PAGES pages. */
static struct pt_format format;

struct state {
	unsigned used;
	uint64_t tables[TABLES][PT_ENTRIES];
	uint64_t page[PAGES]; /* what each should be: 0 or address | rights | 8 */
};

struct operation {
	unsigned first, count, way;
	unsigned rights;
};

static struct state now;

static paddr new_table(void *context)
{
	(void)context;
	return now.used < TABLES ? TABLE_BASE + PAGE_BYTES * (paddr)now.used++ : 0;
}

static uint64_t *table_at(void *context, paddr table)
{
	(void)context;
	return now.tables[(table - TABLE_BASE) / PAGE_BYTES];
}

static struct pt pt = { .format = &format, .max_leaf = SCALED_LEAF, .root = TABLE_BASE, .new_table = new_table,
                        .table_at = table_at };

static void start(void)
{
	format = pt_x86_64_4;
	format.levels = SCALED_LEVELS;
	format.largest_leaf = SCALED_LEAF;
	format.lower_bytes = (uint64_t)PAGES * PAGE_BYTES;
	format.upper_base = 0;
	memset(&now, 0, sizeof now);
	new_table(NULL);
}

/* ---- The processor ------------------------------------------------------------------------------------------ */

/* What the tables say of a page, as in state.page: Intel SDM vol. 3A, "4-Level Paging", at this scale. */
static uint64_t read_page(unsigned page)
{
	const uint64_t *table = now.tables[0];
	bool write = true, execute = true;

	for (unsigned level = SCALED_LEVELS; level-- > 0;) {
		uint64_t entry = table[page >> SCALED_BITS * level & (PT_ENTRIES - 1)];
		uint64_t frame = entry & 0x000ffffffffff000;
		if (!(entry & 1))
			return 0;
		write = write && entry >> 1 & 1;
		execute = execute && !(entry >> 63);
		if (level == 0 || entry >> 7 & 1) {
			uint64_t inside = (uint64_t)PAGE_BYTES * (page & ((1u << SCALED_BITS * level) - 1));
			if (frame & (((uint64_t)PAGE_BYTES << SCALED_BITS * level) - 1))
				return UINT64_MAX; /* reserved bits */
			return (frame + inside) | (write ? PT_WRITE : 0) | (execute ? PT_EXECUTE : 0) | 8;
		}
		table = now.tables[(frame - TABLE_BASE) / PAGE_BYTES];
	}
	return 0;
}

static bool tables_say_what_they_should(void)
{
	for (unsigned i = 0; i < PAGES; i++)
		if (read_page(i) != now.page[i])
			return false;
	return true;
}

/* ---- One operation ------------------------------------------------------------------------------------------ */

static struct operation operation_of(unsigned n)
{
	struct operation o = { .way = n % WAYS };

	o.rights = o.way % 2 ? PT_WRITE : PT_EXECUTE;
	for (n /= WAYS; n >= PAGES - o.first; o.first++)
		n -= PAGES - o.first;
	o.count = n + 1;
	return o;
}

static enum err carry_out(struct operation o, paddr pa, struct problem *p)
{
	vaddr va = o.first * (vaddr)PAGE_BYTES;
	uint64_t bytes = o.count * (uint64_t)PAGE_BYTES;

	if (o.way < MAP_PLACES)
		return pt_map(&pt, va, pa, bytes, o.rights, PT_NORMAL, p);
	if (o.way < MAP_PLACES + PROTECTIONS)
		return pt_protect(&pt, va, bytes, o.rights, PT_NORMAL, p);
	return pt_unmap(&pt, va, bytes, p);
}

/* Do it to the array: the error that there must be, and its address. */
static enum err expected(struct operation o, paddr pa, vaddr *at)
{
	bool map = o.way < MAP_PLACES, unmap = o.way == WAYS - 1;

	for (unsigned i = o.first; i < o.first + o.count && !unmap; i++) {
		*at = i * (vaddr)PAGE_BYTES;
		if ((now.page[i] != 0) == map)
			return map ? ERR_PT_MAPPED : ERR_PT_UNMAPPED;
	}
	for (unsigned i = 0; i < o.count; i++) {
		uint64_t *page = &now.page[o.first + i];
		uint64_t frame = map ? pa + i * (uint64_t)PAGE_BYTES : align_down(*page, PAGE_BYTES);
		*page = unmap ? 0 : frame | o.rights | 8;
	}
	return OK;
}

static void try_operation(unsigned n)
{
	struct operation o = operation_of(n);
	unsigned shift = o.way % MAP_PLACES ? 1u << SCALED_BITS * (o.way % MAP_PLACES - 1) : 0; /* pages */
	paddr pa = PLACE + (o.first + shift) * (paddr)PAGE_BYTES;
	struct problem p = { .code = OK };
	vaddr at = 0;
	enum err want = expected(o, pa, &at);
	enum err e = carry_out(o, pa, &p);

	if (e != want || p.code != want || (want && p.value[0] != at) || !tables_say_what_they_should())
		fail_msg("pages %u to %u, way %u: %s, not as the array has it", o.first, o.first + o.count - 1, o.way,
		         err_name(e));
}

/* ---- Sequences ---------------------------------------------------------------------------------------------- */

enum { SEEN_MOST = 1 << 20 };

/* States by a hash of their bytes, to know one that was tried from. */
static struct state *states;
static unsigned state_count;
static unsigned *slots; /* index + 1 */

static uint64_t hash_of(const struct state *s)
{
	const uint64_t *word = &s->tables[0][0];
	uint64_t hash = s->used;

	for (unsigned i = 0; i < TABLES * PT_ENTRIES; i++)
		hash = (hash ^ word[i]) * 0x9e3779b97f4a7c15 ^ hash >> 29;
	return hash;
}

/* Keep the state that is now, unless it is known. The array follows from the tables. */
static void keep(void)
{
	uint64_t slot = hash_of(&now) % SEEN_MOST;

	while (slots[slot]) {
		if (memcmp(&states[slots[slot] - 1], &now, sizeof now) == 0)
			return;
		slot = (slot + 1) % SEEN_MOST;
	}
	assert_true(state_count < SEEN_MOST / 2);
	states[state_count++] = now;
	slots[slot] = state_count;
}

static void every_sequence_of_up_to_three_operations_agrees_with_an_array(void **state)
{
	unsigned from = 0, end = 1;

	(void)state;
	states = malloc(SEEN_MOST / 2 * sizeof *states);
	slots = calloc(SEEN_MOST, sizeof *slots);
	assert_true(states && slots);
	state_count = 0;
	start();
	keep();
	for (unsigned length = 1; length <= 3; length++) {
		for (; from < end; from++)
			for (unsigned n = 0; n < OPERATIONS; n++) {
				now = states[from];
				try_operation(n);
				if (length < 3)
					keep();
			}
		end = state_count;
	}
	print_message("%u operations, from each of %u states\n", (unsigned)OPERATIONS, from);
	free(states);
	free(slots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sequence_of_up_to_three_operations_agrees_with_an_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
