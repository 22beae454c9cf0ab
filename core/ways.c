#include "ways.h"

/* A startup interrupt names one of the 256 lowest pages; numbers from 0xa0 on are reserved or no RAM. */
enum { LOW_END = 0xa0000 };

bool way_is_memory(const struct platform *m, paddr release)
{
	const struct hobnail_memory *entry = memmap_find(&m->memory, release);

	return is_aligned(release, sizeof release) && entry && entry->type != HOBNAIL_MEMORY_MMIO;
}

enum err ways_find(const struct platform *m, struct handoff *h, struct problem *p)
{
	paddr last = UINT64_MAX;
	bool any = false;
	enum err e = OK;

	for (size_t i = 0; !e && i < m->cpu_count; i++) {
		const struct table_cpu *c = &m->cpus[i];
		if (!platform_is_other(m, c))
			continue;
		any |= c->release || m->psci != HOBNAIL_PSCI_NONE;
		if (!c->release || align_down(c->release, PAGE_BYTES) == last)
			continue;
		last = align_down(c->release, PAGE_BYTES);
		e = handoff_touch(h, last, PAGE_BYTES, false, false, p);
	}
	return e || any ? e : problem(p, ERR_CPUS_NO_WAY);
}

enum err ways_take_page(struct attempt *a, struct problem *p)
{
	const struct page_wish wish = { .bytes = PAGE_BYTES, .type = HOBNAIL_MEMORY_NET, .below = LOW_END };
	struct span *startup = &a->handoff->startup;

	if (a->pages->take(a->pages->context, &wish, &startup->base, p))
		return problem(p, ERR_CPUS_LOW_MEMORY);
	startup->bytes = PAGE_BYTES;
	return OK;
}
