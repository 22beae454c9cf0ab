/* pages.h — physical pages: who has one has it alone, until it is given back.
 *
 * What is free is described in the free memory itself: a list of runs, each by its first page. So there is no table that grows
 * with RAM, and memory that was never needed is never touched. One lock, held for a dozen instructions. Pure but for the lock.
 *
 *   Units   addresses are physical and page-aligned; memory is written to at address + `offset` */
#ifndef KERNEL_PAGES_H
#define KERNEL_PAGES_H

#include "base.h"
#include "lock.h"

struct pages {
	struct lock lock;
	uint64_t offset; /* virtual - physical address of all memory in here        */
	paddr first;     /* the first run; 0: none                                  */
	uint64_t free, total; /* pages                                              */
	bool poison;     /* fill what is given back, and look whether it stayed so  */
};

/* More memory: nobody uses [base, base + bytes). Page 0 is left out, since 0 means none. */
void pages_add(struct pages *p, paddr base, uint64_t bytes);

/* A page, its contents undefined, or zeroed; 0: none is left. */
paddr pages_take(struct pages *p);
paddr pages_take_zeroed(struct pages *p);

void pages_give(struct pages *p, paddr page);

/* The kernel's. */
extern struct pages pages;
extern const bool pages_poisoned; /* in debug builds (kernel/requests/debug.c) */

#endif
