#include "walked.h"

#include <stdlib.h>
#include <string.h>

/* ---- Tables that were entered ------------------------------------------------------------------------------ */

/* `tables` is a hash table until the walk ends: a slot with visits == 0 is free. */
static struct walked_table *slot_of(struct walked_table *tables, size_t capacity, paddr at, unsigned level)
{
	size_t i = (size_t)((at >> 12) * 0x9e3779b97f4a7c15 + level) & (capacity - 1);

	while (tables[i].visits && (tables[i].at != at || tables[i].level != level))
		i = (i + 1) & (capacity - 1);
	return &tables[i];
}

static bool grow_tables(struct walked *w)
{
	size_t capacity = w->table_capacity ? 2 * w->table_capacity : 1024;
	struct walked_table *new = calloc(capacity, sizeof *new);

	if (!new)
		return false;
	for (size_t i = 0; i < w->table_capacity; i++)
		if (w->tables[i].visits)
			*slot_of(new, capacity, w->tables[i].at, w->tables[i].level) = w->tables[i];
	free(w->tables);
	w->tables = new;
	w->table_capacity = capacity;
	return true;
}

/* NULL: no memory. */
static struct walked_table *enter_table(struct walked *w, paddr at, unsigned level)
{
	if (2 * w->table_count >= w->table_capacity && !grow_tables(w))
		return NULL;
	struct walked_table *t = slot_of(w->tables, w->table_capacity, at, level);
	if (!t->visits) {
		*t = (struct walked_table){ .at = at, .level = (uint8_t)level };
		w->table_count++;
	}
	t->visits++;
	w->visits++;
	return t;
}

static int by_address(const void *a, const void *b)
{
	const struct walked_table *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at ? -1 : 1) : (int)x->level - (int)y->level;
}

static void sort_tables(struct walked *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->table_capacity; i++)
		if (w->tables[i].visits)
			w->tables[n++] = w->tables[i];
	if (n)
		qsort(w->tables, n, sizeof *w->tables, by_address);
}

/* The index of the first table at or above an address. */
static size_t first_table(const struct walked *w, paddr at)
{
	size_t low = 0, high = w->table_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (w->tables[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct walked_table *walked_table(const struct walked *w, paddr at)
{
	size_t i = first_table(w, at);

	return i < w->table_count && w->tables[i].at == at ? &w->tables[i] : NULL;
}

/* ---- The list ---------------------------------------------------------------------------------------------- */

static struct walked_range *last_range(struct walked *w)
{
	return w->count ? &w->ranges[w->count - 1] : NULL;
}

static bool add_range(struct walked *w, const struct walked_range *r)
{
	if (w->count == w->capacity) {
		size_t capacity = w->capacity ? 2 * w->capacity : 64;
		struct walked_range *new = realloc(w->ranges, capacity * sizeof *new);
		if (!new)
			return false;
		w->ranges = new;
		w->capacity = capacity;
	}
	w->ranges[w->count++] = *r;
	return true;
}

static uint8_t rights_of(const struct walk *k)
{
	return (k->readable ? WALKED_READ : 0) | (k->writable ? WALKED_WRITE : 0) |
	       (k->executable ? WALKED_EXECUTE : 0) | (k->user ? WALKED_USER : 0) |
	       (k->user_executable ? WALKED_USER_EXECUTE : 0);
}

static void doubt(struct walked *w, enum walked_doubt kind, const struct walk *k)
{
	if (!w->doubts[kind].count++)
		w->doubts[kind].first = *k;
}

/* ---- One step of the walk ---------------------------------------------------------------------------------- */

struct state {
	struct walked *out;
	const struct walked_options *options;
	struct walk path; /* of the address before; its steps say which tables have been entered */
	struct walk now;
	bool cut;         /* a range begins here whatever the tables say */
	bool failed;      /* no memory */
};

static paddr table_of(const struct walk *k, unsigned step)
{
	return align_down(k->step[step].at, PAGE_BYTES);
}

/* Has the walk come to the table of this step by other entries than before? */
static bool is_new(const struct state *s, unsigned step)
{
	const struct walk *a = &s->path, *b = &s->now;

	if (step >= a->steps || table_of(a, step) != table_of(b, step))
		return true;
	for (unsigned i = 0; i < step; i++)
		if (a->step[i].at != b->step[i].at)
			return true;
	return false;
}

/* Is the last table of the walk outside memory? */
static bool is_outside(const struct walk *k)
{
	return k->blame[WALK_READ].cause == WALK_UNREADABLE;
}

static bool is_above(const struct walk *k, unsigned step)
{
	for (unsigned i = 0; i < step; i++)
		if (table_of(k, i) == table_of(k, step))
			return true;
	return false;
}

/* Does the entry that leads to the table of this step take a right from everything below it? */
static void doubt_entry(struct state *s, unsigned step)
{
	struct walk k = s->now; /* the first page below may be absent: then it is to blame there */

	memcpy(k.blame, k.above.blame, sizeof k.blame);
	for (unsigned access = WALK_WRITE; access <= WALK_EXECUTE; access++)
		if (k.blame[access].cause == WALK_FORBIDDEN && k.blame[access].step + 1u == step)
			doubt(s->out, access == WALK_EXECUTE ? DOUBT_NO_EXECUTE : DOUBT_READ_ONLY, &k);
}

/* Count the tables on the way. Returns the step whose table is not entered, with the kind of it; 0: none. */
static unsigned enter(struct state *s, enum walked_kind *kind)
{
	for (unsigned i = 0; i < s->now.steps; i++) {
		if (!is_new(s, i) || (i + 1 == s->now.steps && is_outside(&s->now)))
			continue;
		*kind = WALKED_RECURSIVE;
		if (is_above(&s->now, i))
			return i;
		struct walked_table *t = enter_table(s->out, table_of(&s->now, i), s->now.step[i].level);
		if (!t) {
			s->failed = true;
			return 0;
		}
		*kind = WALKED_REPEATED;
		if (i && t->visits > WALKED_REPEATS)
			return i;
		if (i)
			doubt_entry(s, i);
	}
	return 0;
}

/* Bytes from the address on that belong to the entry of this step. */
static uint64_t rest_of_entry(const struct walk *k, unsigned step)
{
	uint64_t bytes = 4096ull << 9 * k->step[step].level;

	return bytes - (k->va & (bytes - 1));
}

static void add_tables(struct state *s, unsigned step, enum walked_kind kind, uint64_t bytes)
{
	struct walked_range *last = last_range(s->out), r = {
		.va = s->now.va, .bytes = bytes, .phys = table_of(&s->now, step), .kind = (uint8_t)kind,
	};

	doubt(s->out, kind == WALKED_RECURSIVE ? DOUBT_RECURSIVE : DOUBT_REPEATED, &s->now);
	if (last && !s->cut && last->kind == r.kind && last->phys == r.phys && last->va + last->bytes == r.va)
		last->bytes += bytes;
	else
		s->failed |= !add_range(s->out, &r);
}

/* Neighbours that differ in nothing but their memory. */
static bool is_alike(const struct walked_range *a, const struct walked_range *b)
{
	return a->kind == WALKED_PAGES && b->kind == WALKED_PAGES && a->va + a->bytes == b->va &&
	       a->rights == b->rights && a->memory == b->memory;
}

static void add_pages(struct state *s, uint64_t bytes)
{
	const struct walk *k = &s->now;
	struct walked_range *last = last_range(s->out), r = {
		.va = k->va, .bytes = bytes, .phys = k->phys, .rights = rights_of(k), .memory = (uint8_t)k->memory,
	};
	unsigned level = k->step[k->steps - 1].level;
	uint64_t count = (bytes + k->page_bytes - 1) / k->page_bytes;
	bool follows = last && !s->cut && is_alike(last, &r) && last->phys + last->bytes == r.phys;

	if (k->writable && k->executable)
		doubt(s->out, DOUBT_WRITE_EXECUTE, k);
	if (k->user && k->executable)
		doubt(s->out, DOUBT_USER_EXECUTE, k);
	if (follows) {
		last->bytes += bytes;
	} else {
		s->failed |= !add_range(s->out, &r);
		last = last_range(s->out);
	}
	if (last)
		last->pages[level] += count;
}

static void doubt_fault(struct state *s)
{
	switch ((enum walk_cause)s->now.blame[WALK_READ].cause) {
	case WALK_RESERVED:
		doubt(s->out, DOUBT_RESERVED, &s->now);
		break;
	case WALK_TOO_WIDE:
		doubt(s->out, DOUBT_TOO_WIDE, &s->now);
		break;
	case WALK_UNREADABLE: /* of a top-level table each entry is tried */
		if (s->now.steps > 1 || !s->out->doubts[DOUBT_UNREADABLE].count)
			doubt(s->out, DOUBT_UNREADABLE, &s->now);
		break;
	default:
		break;
	}
}

/* ---- The walk ---------------------------------------------------------------------------------------------- */

/* Takes the address s->now.va, and returns the bytes that are done with it. */
static uint64_t step(struct state *s, const struct walker *w, uint64_t limit)
{
	enum walked_kind kind;
	unsigned skipped = enter(s, &kind);

	if (skipped) {
		uint64_t bytes = min_u64(rest_of_entry(&s->now, skipped - 1), limit);
		add_tables(s, skipped, kind, bytes);
		return bytes;
	}
	uint64_t bytes = is_outside(&s->now) && s->now.steps > 1 ? rest_of_entry(&s->now, s->now.steps - 2)
	                                                         : walk_extent(w, &s->now, limit);
	bytes = min_u64(bytes, limit);
	if (s->now.mapped)
		add_pages(s, bytes);
	else
		doubt_fault(s);
	return bytes;
}

bool walked(struct walked *out, const struct walker *w, const struct walked_options *options)
{
	struct state s = { .out = out, .options = options };
	uint64_t most = options->most_tables ? options->most_tables : WALKED_MOST_TABLES, cut_at = 0;
	vaddr va = 0;

	*out = (struct walked){ 0 };
	do {
		uint64_t limit = options->limit ? options->limit(options->context, va) : UINT64_MAX;
		s.cut = options->limit && va == cut_at;
		cut_at = va + limit;
		walk_next(w, va, &s.now);
		va += step(&s, w, limit);
		s.path = s.now;
		out->incomplete = va && (out->visits > most || out->count > WALKED_MOST_RANGES);
	} while (va && !s.failed && !out->incomplete);
	out->end = va;
	sort_tables(out);
	return !s.failed;
}

void walked_free(struct walked *w)
{
	free(w->ranges);
	free(w->tables);
	*w = (struct walked){ 0 };
}

/* ---- The list as a whole ----------------------------------------------------------------------------------- */

/* The range before the i-th is still what it was: the list is written up to that one at most. */
void walked_scatter(struct walked *w, walked_cut *is_cut, void *context)
{
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++) {
		const struct walked_range *r = &w->ranges[i];
		struct walked_range *last = n ? &w->ranges[n - 1] : NULL;
		if (!last || !is_alike(last, r) || (is_cut && is_cut(context, r - 1, r))) {
			w->ranges[n++] = *r;
			continue;
		}
		last->scattered = true;
		last->bytes += r->bytes;
		for (unsigned level = 0; level < WALKED_SIZES; level++)
			last->pages[level] += r->pages[level];
	}
	w->count = n;
}

/* The first table at or above an address that is not marked yet. next[i] == i says that of table i; otherwise all
 * tables from i to below next[i] are marked. */
static size_t next_unmarked(const struct walked *w, size_t *next, paddr at)
{
	size_t low = first_table(w, at), end;

	for (end = low; next[end] != end; end = next[end])
		;
	for (size_t after; next[low] != low; low = after) {
		after = next[low];
		next[low] = end;
	}
	return end;
}

/* A page that is the table of two levels is in the list twice. */
static void mark_tables(struct walked *w, const struct walked_range *r, size_t *next, struct walked_writable *out)
{
	for (;;) {
		size_t i = next_unmarked(w, next, r->phys);
		if (i == w->table_count || w->tables[i].at - r->phys >= r->bytes)
			return;
		if (!out->count || r->va + (w->tables[i].at - r->phys) < out->va) {
			out->va = r->va + (w->tables[i].at - r->phys);
			out->table = w->tables[i].at;
		}
		out->count += i == 0 || w->tables[i - 1].at != w->tables[i].at;
		next[i] = i + 1;
	}
}

static void find_writable(struct walked *w, unsigned rights, size_t *next, struct walked_writable *out)
{
	for (size_t i = 0; i <= w->table_count; i++)
		next[i] = i;
	for (size_t i = 0; i < w->count; i++)
		if (w->ranges[i].kind == WALKED_PAGES && (w->ranges[i].rights & rights) == rights)
			mark_tables(w, &w->ranges[i], next, out);
}

bool walked_find_writable(struct walked *w)
{
	size_t *next = malloc((w->table_count + 1) * sizeof *next);

	if (!next)
		return false;
	find_writable(w, WALKED_WRITE, next, &w->writable);
	find_writable(w, WALKED_WRITE | WALKED_USER, next, &w->user_writable);
	free(next);
	return true;
}
