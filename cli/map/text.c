/* text.c — sizes, rights and the like, as print.c and draw.c show them. */
#include <inttypes.h>
#include <string.h>

#include "map.h"

const char *map_bytes(uint64_t bytes, char *out, size_t size)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned unit = 0;

	while (unit + 1 < COUNT_OF(units) && bytes >> 10 * (unit + 1))
		unit++;
	while (unit && bytes & ((1ull << 10 * unit) - 1)) {
		uint64_t half = bytes >> (10 * unit - 1);
		if (half << (10 * unit - 1) == bytes) {
			snprintf(out, size, "%" PRIu64 ".5 %s", half / 2, units[unit]);
			return out;
		}
		unit--;
	}
	snprintf(out, size, "%" PRIu64 " %s", bytes >> 10 * unit, units[unit]);
	return out;
}

const char *map_bytes_about(uint64_t bytes, char *out, size_t size)
{
	static const char *const units[] = { "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned unit = 0;

	if (bytes < MIB(16))
		return map_bytes(bytes, out, size);
	while (unit + 1 < COUNT_OF(units) && bytes >> (30 + 10 * unit))
		unit++;
	uint64_t one = 1ull << (20 + 10 * unit);
	double n = (double)bytes / (double)one;
	snprintf(out, size, "%s%.*f %s", bytes % one ? "~" : "", bytes % one && n < 10, n, units[unit]);
	return out;
}

const char *map_rights(const struct walked_range *r, char out[6])
{
	snprintf(out, 6, "%c%c%c%s", r->rights & WALKED_READ ? 'r' : '-', r->rights & WALKED_WRITE ? 'w' : '-',
	         r->rights & WALKED_EXECUTE ? 'x' : '-',
	         r->rights & WALKED_USER_EXECUTE ? "ux" : r->rights & WALKED_USER ? "u" : "");
	return out;
}

const char *map_memory(const struct map_space *s, const struct walked_range *r)
{
	static const char *const names[] = {
		[WALK_NORMAL] = "write-back", [WALK_WRITE_COMBINING] = "write-combining", [WALK_DEVICE] = "device",
		[WALK_MEMORY_OTHER] = "other",
	};

	return r->kind != WALKED_PAGES ? "" : s->types_known ? names[r->memory] : "?";
}

const char *map_pages(const struct walked_range *r, char *out, size_t size)
{
	static const char *const names[WALKED_SIZES] = { "4K", "2M", "1G", "512G", "256T" };
	size_t used = 0;

	*out = 0;
	for (unsigned level = WALKED_SIZES; level-- > 0;)
		if (r->pages[level] && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%s", used ? "+" : "", names[level]);
	return out;
}

bool map_next_hole(const struct map_space *s, size_t index, struct map_hole *h)
{
	const struct walked_range *r = s->walked.ranges;
	vaddr before = index ? r[index - 1].va + r[index - 1].bytes : 0, from = h->bytes ? h->from + h->bytes : before;
	vaddr to = index < s->walked.count ? r[index].va : s->walked.end, gap, gap_end;

	if (from == to || (index && !before) || (h->bytes && !from))
		return false;
	walk_gap(&s->walker, &gap, &gap_end);
	h->not_canonical = from >= gap && from - gap < gap_end - gap;
	if (h->not_canonical && gap_end - 1 < to - 1)
		to = gap_end;
	if (from < gap && gap - 1 < to - 1)
		to = gap;
	h->from = from;
	h->bytes = to - from;
	h->above = index < s->walked.count && to == r[index].va ? &s->names[index] : NULL;
	h->below = index && from == before ? &s->names[index - 1] : NULL;
	return true;
}

const char *map_hole_name(const struct map_hole *h)
{
	bool below = h->below && h->below->guards, above = h->above && h->above->guards;

	if (h->not_canonical)
		return "no addresses: not canonical";
	if (h->bytes == PAGE_BYTES && (below || above))
		return "guard page";
	if (above && h->above->class == MAP_STACK)
		return "not mapped; its last page guards the stack above";
	if (below && h->below->class == MAP_STACK)
		return "not mapped; its first page guards the stack below";
	return "not mapped";
}

size_t map_tables(const struct map_space *s, char *out, size_t size)
{
	const struct walked *w = &s->walked;
	uint64_t each[WALKED_SIZES] = { 0 };
	size_t used = 0;

	for (size_t i = 0; i < w->table_count; i++)
		each[w->tables[i].level % WALKED_SIZES]++;
	*out = 0;
	for (unsigned level = WALKED_SIZES; level-- > 0;)
		if (each[level] && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%" PRIu64 " %s", used ? ", " : "",
			                         each[level], walk_level_name(s->walker.mode, level));
	return w->table_count;
}
