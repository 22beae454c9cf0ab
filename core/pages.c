#include "pages.h"

enum err ledger_add(struct ledger *ledger, paddr base, uint64_t bytes, uint32_t type, struct problem *p)
{
	if (ledger->count == LEDGER_MAX)
		return problem(p, ERR_FULL, LEDGER_MAX);
	ledger->claims[ledger->count++] = (struct claim){ base, bytes, type };
	return OK;
}

const struct claim *ledger_lowest(const struct ledger *ledger, paddr base, uint64_t bytes)
{
	const struct claim *lowest = NULL;

	for (unsigned i = 0; i < ledger->count; i++) {
		const struct claim *c = &ledger->claims[i];
		if (ranges_overlap(base, bytes, c->base, c->bytes) && (!lowest || c->base < lowest->base))
			lowest = c;
	}
	return lowest;
}

paddr ledger_highest_place(const struct ledger *ledger, paddr base, paddr end, const struct page_wish *wish)
{
	uint64_t bytes = align_up(wish->bytes, PAGE_BYTES), alignment = max_u64(wish->alignment, PAGE_BYTES);

	while (end > base && end - base >= bytes && end - bytes >= wish->offset) {
		paddr at = align_down(end - bytes - wish->offset, alignment) + wish->offset;
		if (at < base)
			return 0;
		const struct claim *taken = ledger_lowest(ledger, at, bytes);
		if (!taken)
			return at;
		end = taken->base;
	}
	return 0;
}

const struct claim *ledger_meets(const struct ledger *ledger, paddr base, uint64_t bytes)
{
	for (unsigned i = 0; i < ledger->count; i++) {
		const struct claim *c = &ledger->claims[i];
		if (c->type != HOBNAIL_MEMORY_USABLE && ranges_overlap(base, bytes, c->base, c->bytes))
			return c;
	}
	return NULL;
}
