/* print.c — an address space as a table for people, and as JSON. */
#include <inttypes.h>

#include "colour.h"
#include "json_out.h"
#include "map.h"

/* ---- For people -------------------------------------------------------------------------------------------- */

static void print_holes(const struct map_space *s, size_t index)
{
	char size[24];

	for (struct map_hole h = { 0 }; map_next_hole(s, index, &h);)
		printf("%s%016" PRIx64 "  %10s  %s%s\n", colour(stdout, COLOUR_FAINT), h.from,
		       map_bytes_about(h.bytes, size, sizeof size), map_hole_name(&h), colour(stdout, COLOUR_PLAIN));
}

/* Writable and executable is bad, user and executable by the kernel doubtful. */
static const char *rights_colour(const struct walked_range *r)
{
	bool both = r->rights & WALKED_WRITE && r->rights & WALKED_EXECUTE;

	return colour(stdout, both ? COLOUR_BAD : COLOUR_BOLD);
}

static void print_pages(const struct map_space *s, size_t index)
{
	const struct walked_range *r = &s->walked.ranges[index];
	char size[24], rights[6], pages[32];

	printf("%016" PRIx64 "  %10s  %s%-5s%s  ", r->va, map_bytes(r->bytes, size, sizeof size), rights_colour(r),
	       map_rights(r, rights), colour(stdout, COLOUR_PLAIN));
	if (r->scattered)
		printf("%-12s", "scattered");
	else
		printf("%012" PRIx64, r->phys);
	printf("  %-15s  %-5s", map_memory(s, r), map_pages(r, pages, sizeof pages));
}

static void print_tables(const struct map_space *s, size_t index)
{
	const struct walked_range *r = &s->walked.ranges[index];
	char size[24];

	printf("%016" PRIx64 "  %10s  %-5s  %012" PRIx64 "  %-15s  %-5s", r->va,
	       map_bytes(r->bytes, size, sizeof size), "", r->phys,
	       r->kind == WALKED_RECURSIVE ? "tables" : "tables again", "");
}

static void print_range(const struct map_space *s, size_t index)
{
	const struct map_name *n = &s->names[index];

	(s->walked.ranges[index].kind == WALKED_PAGES ? print_pages : print_tables)(s, index);
	if (*n->what)
		printf("  %s", n->what);
	if (*n->why)
		printf("%s (%s)%s", colour(stdout, COLOUR_FAINT), n->why, colour(stdout, COLOUR_PLAIN));
	putchar('\n');
}

static unsigned print_marks(const struct map_space *s, size_t index, unsigned done)
{
	char size[24];

	for (; done < s->mark_count && map_has_mark(s, index, &s->marks[done]); done++) {
		const struct map_mark *m = &s->marks[done];
		printf("  %016" PRIx64 "  %8s  %s\n", m->at, m->bytes ? map_bytes(m->bytes, size, sizeof size) : "",
		       m->what);
	}
	return done;
}

static void print_where_tables(const struct map_space *s)
{
	const struct walked *w = &s->walked;
	char each[128];

	printf("Tables: %zu page%s (%s)", map_tables(s, each, sizeof each), w->table_count == 1 ? "" : "s", each);
	for (size_t i = 0, runs = 0; i < w->table_count; runs++) {
		size_t end = i + 1;
		while (end < w->table_count && w->tables[end].at <= w->tables[end - 1].at + PAGE_BYTES)
			end++;
		if (runs == 4) {
			printf(" ...");
			break;
		}
		printf("%s %012" PRIx64, runs ? "," : ", at", w->tables[i].at);
		if (end - i > 1)
			printf("-%012" PRIx64, w->tables[end - 1].at + (PAGE_BYTES - 1));
		i = end;
	}
	putchar('\n');
}

/* Ranges from this one on, with the holes between them, that are the first space's own; at least 1. */
static size_t count_same(const struct map_space *s, size_t index)
{
	size_t end = index;

	while (end < s->walked.count && s->names[end].same)
		end++;
	return end > index ? end - index : 1;
}

static void print_same(const struct map_space *s, size_t index, size_t count)
{
	const struct walked_range *first = &s->walked.ranges[index], *last = first + count - 1;
	char size[24];

	printf("%016" PRIx64 "  %10s  %zu ranges, as in the first space: %s to %s\n", first->va,
	       map_bytes_about(last->va + last->bytes - first->va, size, sizeof size), count, s->names[index].what,
	       s->names[index + count - 1].what);
}

static void print_doubts(const struct map_space *s)
{
	struct map_doubt doubts[MAP_DOUBTS];
	unsigned count = map_doubts(s, doubts);

	for (unsigned i = 0; i < count; i++)
		printf("%s%s%s: %s\n", colour(stdout, doubts[i].grave ? COLOUR_BAD : COLOUR_DOUBT),
		       doubts[i].grave ? "Doubtful" : "Note", colour(stdout, COLOUR_PLAIN), doubts[i].text);
}

static void print_space(const struct map_space *s)
{
	unsigned marks = 0;
	size_t count;

	printf("\n%s%s%s%s%s\n", colour(stdout, COLOUR_BOLD), s->name, colour(stdout, COLOUR_PLAIN),
	       *s->about ? ": " : "", s->about);
	printf("%-16s  %10s  %-5s  %-12s  %-15s  %-5s\n", "address", "size", "", "physical", "memory", "pages");
	for (size_t i = 0; i < s->walked.count; i += count) {
		count = count_same(s, i);
		print_holes(s, i);
		if (count > 1)
			print_same(s, i, count);
		else
			print_range(s, i);
		marks = print_marks(s, i, marks);
	}
	print_holes(s, s->walked.count);
	if (!s->walked.count)
		printf("nothing is mapped\n");
	print_where_tables(s);
	if (s->memory)
		print_doubts(s);
}

void map_print(const struct map *m)
{
	printf("%s%s%s, %s\n", colour(stdout, COLOUR_BOLD), m->title, colour(stdout, COLOUR_PLAIN), m->machine);
	for (unsigned i = 0; i < m->space_count; i++)
		print_space(&m->spaces[i]);
}

/* ---- JSON -------------------------------------------------------------------------------------------------- */

static void put_holes(struct json_out *o, const struct map_space *s, size_t index)
{
	for (struct map_hole h = { 0 }; map_next_hole(s, index, &h);) {
		json_out_begin(o, NULL, '{');
		json_out_hex(o, "virt", h.from);
		json_out_hex(o, "bytes", h.bytes);
		json_out_bool(o, "mapped", false);
		json_out_text(o, "what", map_hole_name(&h));
		json_out_end(o, '}');
	}
}

static void put_sizes(struct json_out *o, const struct walked_range *r)
{
	json_out_begin(o, "pages", '{');
	json_out_number(o, "4K", r->pages[0]);
	json_out_number(o, "2M", r->pages[1]);
	json_out_number(o, "1G", r->pages[2]);
	json_out_end(o, '}');
}

static void put_range(struct json_out *o, const struct map_space *s, size_t index)
{
	static const char *const kinds[] = { "pages", "recursive", "repeated" };
	const struct walked_range *r = &s->walked.ranges[index];
	const struct map_name *n = &s->names[index];
	char rights[6];

	json_out_begin(o, NULL, '{');
	json_out_hex(o, "virt", r->va);
	json_out_hex(o, "bytes", r->bytes);
	json_out_bool(o, "mapped", true);
	json_out_text(o, "kind", kinds[r->kind]);
	json_out_hex(o, "phys", r->phys);
	json_out_bool(o, "scattered", r->scattered);
	json_out_text(o, "rights", map_rights(r, rights));
	json_out_text(o, "memory", map_memory(s, r));
	put_sizes(o, r);
	json_out_text(o, "what", *n->what ? n->what : NULL);
	json_out_text(o, "why", *n->why ? n->why : NULL);
	json_out_end(o, '}');
}

static void put_marks(struct json_out *o, const struct map_space *s)
{
	json_out_begin(o, "marks", '[');
	for (unsigned i = 0; i < s->mark_count; i++) {
		json_out_begin(o, NULL, '{');
		json_out_hex(o, "virt", s->marks[i].at);
		json_out_hex(o, "bytes", s->marks[i].bytes);
		json_out_text(o, "what", s->marks[i].what);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
}

static void put_doubts(struct json_out *o, const struct map_space *s)
{
	struct map_doubt doubts[MAP_DOUBTS];
	unsigned count = s->memory ? map_doubts(s, doubts) : 0;

	json_out_begin(o, "doubts", '[');
	for (unsigned i = 0; i < count; i++) {
		json_out_begin(o, NULL, '{');
		json_out_text(o, "code", doubts[i].code);
		json_out_number(o, "count", doubts[i].count);
		json_out_hex(o, "virt", doubts[i].at);
		json_out_bool(o, "grave", doubts[i].grave);
		json_out_text(o, "text", doubts[i].text);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
}

static void put_space(struct json_out *o, const struct map_space *s)
{
	json_out_begin(o, NULL, '{');
	json_out_text(o, "name", s->name);
	json_out_begin(o, "ranges", '[');
	for (size_t i = 0; i <= s->walked.count; i++) {
		put_holes(o, s, i);
		if (i < s->walked.count)
			put_range(o, s, i);
	}
	json_out_end(o, ']');
	put_marks(o, s);
	json_out_begin(o, "tables", '[');
	for (size_t i = 0; i < s->walked.table_count; i++) {
		json_out_begin(o, NULL, '{');
		json_out_hex(o, "phys", s->walked.tables[i].at);
		json_out_text(o, "level", walk_level_name(s->walker.mode, s->walked.tables[i].level));
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
	put_doubts(o, s);
	json_out_end(o, '}');
}

void map_print_json(const struct map *m)
{
	struct json_out o = { .stream = stdout };

	json_out_begin(&o, NULL, '{');
	json_out_text(&o, "of", m->title);
	json_out_text(&o, "arch", arch_info[m->arch].name);
	json_out_text(&o, "machine", m->machine);
	json_out_begin(&o, "spaces", '[');
	for (unsigned i = 0; i < m->space_count; i++)
		put_space(&o, &m->spaces[i]);
	json_out_end(&o, ']');
	json_out_end(&o, '}');
	putchar('\n');
}
