/* pages.h — the page allocator. Each physical page has one owner; there are no reference counts.
 *
 * The free list lies in the free memory itself: each run of free pages is described in its first page. So no table
 * grows with RAM, and unused memory is never touched. One lock, held for a dozen instructions. Pure except for the
 * lock.
 *
 *   Units   addresses are physical and page-aligned; memory is written to at address + `offset` */
#ifndef KERNEL_PAGES_H
#define KERNEL_PAGES_H

#include "base.h"
#include "lock.h"

struct page_allocator {
	struct lock lock;
	uint64_t offset; /* virtual - physical address of all memory in here        */
	paddr first;     /* the first run; 0: none                                  */
	uint64_t free, total; /* pages                                              */
	bool poison;     /* fill free pages with a pattern, and check it when taken */
};

/* Adds the unused memory [base, base + bytes). Page 0 is left out, because 0 means no page. */
void pages_add(struct page_allocator *p, paddr base, uint64_t bytes);

/* A page, its contents undefined, or zeroed; 0: none is left. */
paddr page_take(struct page_allocator *p);
paddr page_take_zeroed(struct page_allocator *p);

void page_give(struct page_allocator *p, paddr page);

/* The kernel's page allocator. */
extern struct page_allocator pages;
extern const bool pages_poisoned; /* in debug builds (kernel/requests/debug.c) */

#endif
