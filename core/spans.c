#include "spans.h"

static bool is_good(const struct span *s, uint64_t limit)
{
	return s->bytes && s->base < limit && s->bytes <= limit - s->base;
}

/* Insert it in order among the first `count`. */
static void insert(struct span *list, size_t count, struct span new)
{
	for (; count && list[count - 1].base > new.base; count--)
		list[count] = list[count - 1];
	list[count] = new;
}

size_t spans_sort(struct span *list, size_t count, uint64_t limit)
{
	size_t good = 0, kept = 0;

	limit = align_down(limit, PAGE_BYTES);
	for (size_t i = 0; i < count; i++) {
		struct span s = list[i];
		if (!is_good(&s, limit))
			continue;
		paddr from = align_down(s.base, PAGE_BYTES);
		insert(list, good++, (struct span){ from, align_up(s.base + s.bytes, PAGE_BYTES) - from });
	}
	for (size_t i = 0; i < good; i++) {
		struct span *last = kept ? &list[kept - 1] : NULL;
		if (last && list[i].base <= last->base + last->bytes)
			last->bytes = max_u64(last->base + last->bytes, list[i].base + list[i].bytes) - last->base;
		else
			list[kept++] = list[i];
	}
	return kept;
}
