/* pages.h — allocation of physical memory: from the firmware on a machine, from a model on a host.
 *
 * The allocator lists pages as claims in a ledger: undo is one loop over it, and the last memory map gives each claim
 * its type. A claim of type HOBNAIL_MEMORY_USABLE is free again after the hand-off. */
#ifndef CORE_PAGES_H
#define CORE_PAGES_H

#include "err.h"

#include <hobnail/boot.h>

/* The reserve is for the steps that come after take_within(): 64 modules, and the needs of the loader itself. */
enum { LEDGER_MAX = 512, LEDGER_RESERVE = 160 };

struct claim {
	paddr base;
	uint64_t bytes;
	uint32_t type; /* HOBNAIL_MEMORY_* */
};

struct ledger {
	struct claim claims[LEDGER_MAX];
	unsigned count;
};

struct page_wish {
	uint64_t bytes;     /* rounded up to pages                                              */
	uint32_t type;      /* of the claim                                                     */
	uint64_t below;     /* the pages end at or below this; 0, UINT64_MAX: anywhere          */
	bool code;          /* they must be executable while the firmware is there              */
	bool table;         /* the firmware's map must have them among the tables that stay      */
	uint64_t alignment; /* they begin `offset` past a multiple of this; 0: of pages. Not with
	                       `below` or `code` */
	uint64_t offset;    /* a multiple of pages, less than the alignment                     */
	paddr at;           /* exactly these pages, and no alignment; 0: those that are chosen  */
};

struct pages {
	/* ERR_NO_MEMORY (value[0] = bytes wanted), ERR_FULL (the ledger); the firmware's errors of reading its map
	 * where an alignment is wished, and in take_within() */
	enum err (*take)(void *context, const struct page_wish *wish, paddr *out, struct problem *p);
	/* Take those pages of [at, at + bytes) that are free, in as many pieces as they form. It stops when only the
	 * ledger's reserve of entries is left. *taken: the bytes taken. */
	enum err (*take_within)(void *context, paddr at, uint64_t bytes, uint32_t type, uint64_t *taken,
	                        struct problem *p);
	/* A page that was taken, in this program's memory; those behind it follow. */
	void *(*at)(void *context, paddr page);
	const struct ledger *ledger;
	void *context;
};

static inline void *pages_at(const struct pages *pages, paddr at)
{
	return pages->at(pages->context, at);
}

/* Pages anywhere. */
static inline enum err pages_take(const struct pages *pages, uint64_t bytes, uint32_t type, paddr *out,
                                  struct problem *p)
{
	return pages->take(pages->context, &(struct page_wish){ .bytes = bytes, .type = type }, out, p);
}

/* Enter a claim.   ERR_FULL */
enum err ledger_add(struct ledger *ledger, paddr base, uint64_t bytes, uint32_t type, struct problem *p);

/* The lowest claim that meets the range; NULL: none. */
const struct claim *ledger_lowest(const struct ledger *ledger, paddr base, uint64_t bytes);

/* The highest place in [base, end) for a wish, by its bytes, alignment and offset, that no claim meets; 0: none. */
paddr ledger_highest_place(const struct ledger *ledger, paddr base, paddr end, const struct page_wish *wish);

/* The first claim that meets the range and is not of type USABLE; NULL: none. */
const struct claim *ledger_meets(const struct ledger *ledger, paddr base, uint64_t bytes);

#endif
