/* space.c — a walked address space, its names and its marks. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"

const uint64_t *map_page(void *context, paddr page)
{
	struct map_cache *cache = context;
	unsigned i = (page >> PAGE_SHIFT) % MAP_CACHED;

	if (cache->valid[i] && cache->at[i] == page)
		return cache->pages[i];
	cache->at[i] = page;
	cache->valid[i] = memory_read(cache->memory, page, cache->pages[i], PAGE_BYTES);
	return cache->valid[i] ? cache->pages[i] : NULL;
}

bool map_space_name(struct map_space *s, map_namer *namer, void *context)
{
	s->names = calloc(s->walked.count ? s->walked.count : 1, sizeof *s->names);
	for (size_t i = 0; s->names && i < s->walked.count; i++)
		namer(context, &s->walked.ranges[i], &s->names[i]);
	return s->names != NULL;
}

bool map_space_make(struct map_space *s, const struct walked_options *options, map_namer *namer, void *context)
{
	return walked(&s->walked, &s->walker, options) && map_space_name(s, namer, context);
}

void map_space_free(struct map_space *s)
{
	walked_free(&s->walked);
	free(s->names);
	s->names = NULL;
}

void map_mark(struct map_space *s, vaddr at, uint64_t bytes, const char *format, ...)
{
	struct map_mark *m = s->marks + s->mark_count;
	va_list args;

	if (s->mark_count == MAP_MAX_MARKS)
		return;
	for (; m > s->marks && m[-1].at > at; m--)
		*m = m[-1];
	*m = (struct map_mark){ .at = at, .bytes = bytes };
	va_start(args, format);
	vsnprintf(m->what, sizeof m->what, format, args);
	va_end(args);
	s->mark_count++;
}

bool map_has_mark(const struct map_space *s, size_t index, const struct map_mark *m)
{
	const struct walked_range *r = &s->walked.ranges[index];

	return m->at - r->va < r->bytes || (s->names[index].class == MAP_STACK && m->at - r->va == r->bytes);
}
