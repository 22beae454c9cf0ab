#include "pages.h"

#include <string.h>

#include "panic.h"

enum { POISON = 0xdb };

/* At the beginning of the first page of each free run. */
struct run {
	paddr next;
	uint64_t pages;
};

struct page_allocator pages;
__attribute__((weak)) const bool pages_poisoned = false;

static void *page_at(const struct page_allocator *p, paddr at)
{
	return (void *)(uintptr_t)(at + p->offset);
}

static bool is_poisoned(const uint8_t *page)
{
	for (unsigned i = sizeof(struct run); i < PAGE_BYTES; i++)
		if (page[i] != POISON)
			return false;
	return true;
}

static void add_run(struct page_allocator *p, paddr base, uint64_t count)
{
	*(struct run *)page_at(p, base) = (struct run){ p->first, count };
	p->first = base;
	p->free += count;
}

void pages_add(struct page_allocator *p, paddr base, uint64_t bytes)
{
	if (base == 0) {
		base += PAGE_BYTES;
		bytes -= PAGE_BYTES;
	}
	if (bytes < PAGE_BYTES)
		return;
	if (p->poison)
		memset(page_at(p, base), POISON, bytes);
	lock_take(&p->lock);
	add_run(p, base, bytes / PAGE_BYTES);
	p->total += bytes / PAGE_BYTES;
	lock_give(&p->lock);
}

/* Takes the last page of the first run, so that the run's description stays in place. */
paddr page_take(struct page_allocator *p)
{
	paddr page = 0;

	lock_take(&p->lock);
	if (p->first) {
		struct run *run = page_at(p, p->first);
		page = p->first + --run->pages * PAGE_BYTES;
		if (run->pages == 0)
			p->first = run->next;
		p->free--;
	}
	lock_give(&p->lock);
	if (page && p->poison && !is_poisoned(page_at(p, page)))
		panic("page %#lx was written to after it had been given back", (unsigned long)page);
	return page;
}

paddr page_take_zeroed(struct page_allocator *p)
{
	paddr page = page_take(p);

	if (page)
		memset(page_at(p, page), 0, PAGE_BYTES);
	return page;
}

void page_give(struct page_allocator *p, paddr page)
{
	must(page && page % PAGE_BYTES == 0);
	if (p->poison)
		memset(page_at(p, page), POISON, PAGE_BYTES);
	lock_take(&p->lock);
	add_run(p, page, 1);
	lock_give(&p->lock);
}
