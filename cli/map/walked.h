/* walked.h — a whole address space as a list of ranges, by walking its page tables from the first address to the last.
 *
 *   Tables    of any kernel, and hostile ones: a table that contains itself, or that appears again and again, is not
 *             entered for ever
 *   Order     ascending; ranges do not overlap; addresses between them are not mapped
 *   Memory    allocated; walked_free() */
#ifndef CLI_MAP_WALKED_H
#define CLI_MAP_WALKED_H

#include "walk.h"

enum {
	WALKED_READ = 1u << 0, /* by the kernel */
	WALKED_WRITE = 1u << 1,
	WALKED_EXECUTE = 1u << 2,
	WALKED_USER = 1u << 3, /* user mode reads it, too */
	WALKED_USER_EXECUTE = 1u << 4,
};

enum walked_kind {
	WALKED_PAGES,
	WALKED_RECURSIVE, /* the entry points at a table that leads to it */
	WALKED_REPEATED,  /* ... at a table that was entered WALKED_REPEATS times before */
};

enum { WALKED_REPEATS = 16, WALKED_SIZES = 5 };

struct walked_range {
	vaddr va;
	uint64_t bytes;
	paddr phys;                   /* of the first byte; WALKED_RECURSIVE, WALKED_REPEATED: the table */
	bool scattered;               /* pages of other places follow */
	uint8_t kind;                 /* enum walked_kind */
	uint8_t rights;
	uint8_t memory;               /* enum walk_memory */
	uint64_t pages[WALKED_SIZES]; /* how many of each level; level 0: 4 KiB */
};

struct walked_table {
	paddr at;
	uint8_t level;
	uint32_t visits;
};

/* Something that a kernel's author would want to know: the first address of each kind, and how many there are. */
enum walked_doubt {
	DOUBT_WRITE_EXECUTE, /* pages that the kernel both writes and executes           */
	DOUBT_USER_EXECUTE,  /* user pages that the kernel executes (no SMEP, no PXN)    */
	DOUBT_RESERVED,      /* an entry with a reserved bit: every access below faults  */
	DOUBT_TOO_WIDE,      /* an entry with an address beyond the processor's          */
	DOUBT_UNREADABLE,    /* an entry that points at a table outside memory           */
	DOUBT_NO_EXECUTE,    /* an entry above the last level that forbids execution ... */
	DOUBT_READ_ONLY,     /* ... or writing in everything below it                    */
	DOUBT_RECURSIVE,
	DOUBT_REPEATED,
	DOUBTS
};

struct walked_count {
	uint64_t count;
	struct walk first; /* the walk of its first address */
};

/* Table pages that a range maps writable: how many, and the address of the first. */
struct walked_writable {
	size_t count;
	vaddr va;
	paddr table;
};

struct walked_options {
	/* Bytes from `va` on after which another range begins, whatever the tables say; NULL: they decide alone. */
	uint64_t (*limit)(void *context, vaddr va);
	void *context;
	uint64_t most_tables; /* visits; 0: WALKED_MOST_TABLES */
};

enum { WALKED_MOST_TABLES = 1 << 20, WALKED_MOST_RANGES = 1 << 20 };

struct walked {
	struct walked_range *ranges;
	size_t count, capacity;
	struct walked_table *tables; /* walked(): ascending by address */
	size_t table_count, table_capacity;
	uint64_t visits;
	struct walked_count doubts[DOUBTS];
	struct walked_writable writable, user_writable;
	bool incomplete;             /* there was more than the limits allow: `end` is where it ended */
	vaddr end;
};

/* false: there is no memory for it. */
bool walked(struct walked *out, const struct walker *w, const struct walked_options *options);
void walked_free(struct walked *w);

/* Fill `writable` and `user_writable`; a page may count in both. Before walked_scatter(). false: no memory. */
bool walked_find_writable(struct walked *w);

/* Make one range of neighbours that differ in nothing but their memory, except where `is_cut` wants another one to
 * begin; NULL: nowhere. */
typedef bool walked_cut(void *context, const struct walked_range *before, const struct walked_range *r);
void walked_scatter(struct walked *w, walked_cut *is_cut, void *context);

/* The table at an address; NULL: there is none. */
const struct walked_table *walked_table(const struct walked *w, paddr at);

#endif
