#include "views.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/fake.h"
#include "image.h"

enum { IMAGE_PAGES = 32, VIEWS = ARENA_PAGES + IMAGE_PAGES };

/* A page. The cache's line is dirty where the host's memory differs from `synced`. */
struct view {
	uint8_t memory[PAGE_BYTES], synced[PAGE_BYTES];
	uint8_t unified[PAGE_BYTES], fetched[PAGE_BYTES];
};

static struct view *views[VIEWS];
static uint64_t line;
static bool begun;

static struct {
	uintptr_t at;
	uint64_t bytes;
	uint8_t before[PAGE_BYTES];
} uncached;

void views_reset(uint64_t line_bytes)
{
	for (unsigned i = 0; i < VIEWS; i++) {
		free(views[i]);
		views[i] = NULL;
	}
	line = line_bytes;
	begun = false;
}

/* At first nobody sees what this processor does: each of them sees something else. */
static struct view *view_of(uintptr_t at)
{
	uintptr_t in_arena = (at - ARENA) / PAGE_BYTES, in_image = (at - (uintptr_t)image_base) / PAGE_BYTES;
	size_t index = in_arena < ARENA_PAGES ? in_arena : ARENA_PAGES + in_image;

	if (in_arena >= ARENA_PAGES && in_image >= IMAGE_PAGES)
		abort();
	if (!views[index]) {
		struct view *v = views[index] = malloc(sizeof *v);
		const uint8_t *page = (const uint8_t *)align_down(at, PAGE_BYTES);
		for (unsigned i = 0; i < PAGE_BYTES; i++)
			v->memory[i] = v->synced[i] = v->unified[i] = v->fetched[i] = (uint8_t)~page[i];
	}
	return views[index];
}

void views_clean_invalidate(uintptr_t at)
{
	struct view *v = view_of(at);
	size_t offset = at % PAGE_BYTES;
	uint8_t *cached = (uint8_t *)at;

	if (at % line)
		abort();
	if (memcmp(cached, v->synced + offset, line) != 0)
		memcpy(v->memory + offset, cached, line);
	else
		memcpy(cached, v->memory + offset, line);
	memcpy(v->synced + offset, cached, line);
	memcpy(v->unified + offset, cached, line);
	begun = true;
}

void views_clean_to_unification(uintptr_t at)
{
	if (at % line)
		abort();
	memcpy(view_of(at)->unified + at % PAGE_BYTES, (const uint8_t *)at, line);
	begun = true;
}

void views_barrier(void)
{
	begun = false;
}

void views_invalidate_instructions(void)
{
	for (unsigned i = 0; i < VIEWS && !begun; i++)
		if (views[i])
			memcpy(views[i]->fetched, views[i]->unified, PAGE_BYTES);
}

static bool has(size_t kind, uintptr_t at, uint64_t bytes)
{
	for (uintptr_t end = at + bytes, next; at < end; at = next) {
		next = min_u64(end, align_down(at, PAGE_BYTES) + PAGE_BYTES);
		if (memcmp((const uint8_t *)view_of(at) + kind + at % PAGE_BYTES, (const uint8_t *)at, next - at) != 0)
			return false;
	}
	return !begun;
}

bool views_memory_has(uintptr_t at, uint64_t bytes)
{
	return has(offsetof(struct view, memory), at, bytes);
}

bool views_fetch_has(uintptr_t at, uint64_t bytes)
{
	return has(offsetof(struct view, fetched), at, bytes);
}

uint64_t views_memory(uintptr_t at)
{
	return read_le64(view_of(at)->memory + at % PAGE_BYTES);
}

void views_uncached(uintptr_t at, uint64_t bytes)
{
	uncached.at = at;
	uncached.bytes = bytes;
	memcpy(uncached.before, (const uint8_t *)at, bytes);
}

void views_cached(void)
{
	struct view *v = view_of(uncached.at);

	memcpy(v->memory + uncached.at % PAGE_BYTES, (const uint8_t *)uncached.at, uncached.bytes);
	memcpy((uint8_t *)uncached.at, uncached.before, uncached.bytes);
	memcpy(v->synced + uncached.at % PAGE_BYTES, uncached.before, uncached.bytes);
	uncached.bytes = 0;
}
