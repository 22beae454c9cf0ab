/* pool.h — memory for page tables, every format there is, and what the walker must make of a page: for the targets
 * that build tables. */
#ifndef TESTS_POOL_H
#define TESTS_POOL_H

#include "fuzz.h"
#include "paging.h"
#include "walk.h"

enum { POOL_TABLES = 1024 };

#define POOL_BASE 0x7000000ull /* "physical" address of the first table */

struct pool {
	unsigned used;
	unsigned limit;
	uint64_t tables[POOL_TABLES][PT_ENTRIES];
};

struct pool_kind {
	const struct pt_format *format;
	enum walk_mode mode;
	bool upper;           /* aarch64: these tables serve TTBR1 */
	uint64_t pat_or_mair; /* as the loader leaves it           */
	vaddr base;           /* 1 GiB aligned; 4 GiB from here can be mapped */
};

static const struct pool_kind pool_kinds[] = {
	{ &pt_x86_64_4, WALK_X86_64_4, false, 0x0007040100070406, 0xffff8040c0000000 },
	{ &pt_x86_64_5, WALK_X86_64_5, false, 0x0007040100070406, 0xff008040c0000000 },
	{ &pt_aarch64, WALK_AARCH64, true, 0x4404ff, 0xffff007ec0000000 },
	{ &pt_aarch64, WALK_AARCH64, false, 0x4404ff, 0x0000ffff00000000 },
	{ &pt_aarch64_el2, WALK_AARCH64_EL2, false, 0x4404ff, 0x0000007ec0000000 },
	{ &pt_riscv_sv39, WALK_SV39, false, 0, 0xffffffff00000000 },
	{ &pt_riscv_sv48, WALK_SV48, false, 0, 0xffff8040c0000000 },
	{ &pt_aarch64_5, WALK_AARCH64_LPA2, true, 0x4404ff, 0xfff0ffff40000000 },
	{ &pt_aarch64_5, WALK_AARCH64_LPA2, false, 0x4404ff, 0x000fffff00000000 },
	{ &pt_aarch64_5_wc1, WALK_AARCH64_LPA2, true, 0x44ff, 0xfff37ffec0000000 },
};

static inline void pool_reset(struct pool *pool)
{
	memset(pool->tables, 0, pool->used * sizeof pool->tables[0]);
	pool->used = 0;
	pool->limit = POOL_TABLES;
}

static inline paddr pool_new(void *context)
{
	struct pool *pool = context;

	return pool->used < pool->limit ? POOL_BASE + (paddr)PAGE_BYTES * pool->used++ : 0;
}

static inline uint64_t *pool_at(void *context, paddr table)
{
	struct pool *pool = context;

	require(table >= POOL_BASE && (table - POOL_BASE) / PAGE_BYTES < pool->used);
	return pool->tables[(table - POOL_BASE) / PAGE_BYTES];
}

static inline bool pool_read(void *context, paddr at, uint64_t *out)
{
	const struct pool *pool = context;
	uint64_t entry = (at - POOL_BASE) / 8;

	require(at >= POOL_BASE && entry < (uint64_t)pool->used * PT_ENTRIES);
	*out = pool->tables[entry / PT_ENTRIES][entry % PT_ENTRIES];
	return true;
}

static inline struct pt pool_pt(struct pool *pool, const struct pt_format *format, unsigned max_leaf)
{
	return (struct pt){
		.format = format, .max_leaf = max_leaf, .root = pool_new(pool), .new_table = pool_new,
		.table_at = pool_at,
		.context = pool,
	};
}

/* Did the walk find this page with exactly these rights? Written down per architecture, as a supervisor sees it. */
static inline bool pool_page_is(enum walk_mode mode, const struct walk *got, paddr pa, unsigned rights,
                                enum pt_memory memory)
{
	static const enum walk_memory types[] = { WALK_NORMAL, WALK_WRITE_COMBINING, WALK_DEVICE };
	bool write = rights & PT_WRITE, execute = rights & PT_EXECUTE;
	bool user = (rights & PT_USER) && mode != WALK_AARCH64_EL2;
	bool riscv = mode == WALK_SV39 || mode == WALK_SV48;
	bool x86 = mode == WALK_X86_64_4 || mode == WALK_X86_64_5;

	return got->mapped && got->phys == pa && got->writable == (write && !(riscv && user)) &&
	       got->executable == (execute && !(user && !x86)) && got->user == user &&
	       got->user_executable == (user && execute) && got->memory == (riscv ? WALK_NORMAL : types[memory]);
}

#endif
