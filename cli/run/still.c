#include "still.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "json.h"
#include "process.h"
#include "strlist.h"

enum { COPY_MILLISECONDS = 20000, PORTION = 1 << 16 };
#define MOST_BYTES GIB(2)

static uint64_t region_bytes(const struct region *r)
{
	return r->last - r->first + 1;
}

static uint64_t memory_bytes(const struct view *v)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < v->region_count; i++)
		if (v->regions[i].is_memory)
			bytes += region_bytes(&v->regions[i]);
	return bytes;
}

/* The path of a copy of one region. The caller frees. */
static char *copy_path(const char *name, size_t region)
{
	char *file = string_format("%s-%zu", name, region), *path = temporary_path(file);

	free(file);
	return path;
}

static bool copy_region(struct view *v, const char *name, size_t i)
{
	const struct region *r = &v->regions[i];
	char *path = copy_path(name, i);
	char *quoted = json_quoted(path);
	char *arguments = string_format("{\"val\":%llu,\"size\":%llu,\"filename\":%s}", (unsigned long long)r->first,
	                                (unsigned long long)region_bytes(r), quoted);
	struct json *said = guest_ask(v->guest, "pmemsave", arguments, COPY_MILLISECONDS, v->ears);
	bool good = json_member(said, "return") != NULL;

	json_free(said);
	free(arguments);
	free(quoted);
	free(path);
	return good;
}

static bool copy_memory(struct view *v, const char *name)
{
	for (size_t i = 0; i < v->region_count; i++)
		if (v->regions[i].is_memory && !copy_region(v, name, i))
			return false;
	return true;
}

static bool files_are_same(FILE *a, FILE *b)
{
	static char left[PORTION], right[PORTION];
	size_t count;

	do {
		count = fread(left, 1, PORTION, a);
		if (fread(right, 1, PORTION, b) != count || memcmp(left, right, count) != 0)
			return false;
	} while (count == PORTION);
	return !ferror(a) && !ferror(b);
}

static bool region_is_same(size_t region)
{
	char *before = copy_path("before", region), *after = copy_path("after", region);
	FILE *a = fopen(before, "rbe"), *b = fopen(after, "rbe");
	bool same = a && b && files_are_same(a, b);

	if (a)
		fclose(a);
	if (b)
		fclose(b);
	free(before);
	free(after);
	return same;
}

static void remove_copies(const struct view *v, const char *name)
{
	for (size_t i = 0; i < v->region_count; i++) {
		char *path = copy_path(name, i);
		unlink(path);
		free(path);
	}
}

bool memory_is_still(struct view *v, int milliseconds)
{
	bool is_still = v->region_count && memory_bytes(v) <= MOST_BYTES && copy_memory(v, "before") &&
	                view_run(v, milliseconds) && copy_memory(v, "after");

	for (size_t i = 0; i < v->region_count && is_still; i++)
		is_still = !v->regions[i].is_memory || region_is_same(i);
	remove_copies(v, "before");
	remove_copies(v, "after");
	return is_still;
}
