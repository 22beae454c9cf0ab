/* draw.c — an address space as an SVG: the highest address on top, not to scale.
 *
 * Colours are classes of one style sheet, which has a second set for dark backgrounds; a reader that knows no media
 * queries draws the light one. There are no scripts, links or fonts of its own. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "file.h"
#include "map.h"
#include "strlist.h"

enum {
	WIDTH = 900, BOX_X = 172, BOX_W = 500, GROUP_X = BOX_X + BOX_W + 10, TEXT_X = BOX_X + 12,
	MARK_X = BOX_X + BOX_W - 12,
	TOP = 74, ROW = 40, LOW_ROW = 21, GUARD = 8, HOLE = 26, LEGEND = 82,
	NAME_MOST = 40, NAME_END = 12, /* characters of a file's name in the heading; of its end, if it is cut */
};

static const char style[] =
	"<style>\n"
	"text { font-family: sans-serif; font-size: 13px; fill: #1f2328 }\n"
	".at { font-family: monospace; font-size: 12px; fill: #57606a; text-anchor: end }\n"
	".mono { font-family: monospace; font-size: 12px; fill: #57606a }\n"
	".small { font-size: 12px; fill: #57606a }\n"
	".mark { font-size: 12px; text-anchor: end }\n"
	".hole { font-size: 12px; fill: #6e7781; text-anchor: middle }\n"
	".head { font-size: 17px; font-weight: bold }\n"
	".group { font-weight: bold }\n"
	"rect { stroke: #57606a; stroke-width: 1 }\n"
	"path { fill: none; stroke: #8c959f; stroke-width: 1.5 }\n"
	".page { fill: #ffffff; stroke: none }\n"
	".none { fill: none; stroke: #afb8c1; stroke-dasharray: 4 3 }\n"
	".never { fill: #d0d7de; stroke: #afb8c1 }\n"
	".guard { fill: url(#hatch); stroke: #57606a }\n"
	".stripe { stroke: #57606a; stroke-width: 1.5 }\n"
	".r { fill: #f7ebb8 }\n"
	".rw { fill: #cfe3f5 }\n"
	".rx { fill: #f6cfc2 }\n"
	".rwx { fill: #ff8182 }\n"
	".dev { fill: #dccdf0 }\n"
	".wc { fill: #c6e7c8 }\n"
	".tab { fill: #d8dee4 }\n"
	".user { stroke-width: 3 }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"text { fill: #e6edf3 }\n"
	".at, .mono, .small { fill: #9da7b3 }\n"
	".hole { fill: #8b949e }\n"
	"rect { stroke: #8b949e }\n"
	"path { stroke: #6e7681 }\n"
	".page { fill: #0d1117 }\n"
	".none { stroke: #484f58 }\n"
	".never { fill: #21262d; stroke: #484f58 }\n"
	".guard { stroke: #8b949e }\n"
	".stripe { stroke: #8b949e }\n"
	".r { fill: #574a12 }\n"
	".rw { fill: #173d63 }\n"
	".rx { fill: #6b2a1a }\n"
	".rwx { fill: #b62324 }\n"
	".dev { fill: #43306b }\n"
	".wc { fill: #1e4a2b }\n"
	".tab { fill: #30363d }\n"
	"}\n"
	"</style>\n"
	"<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\""
	" patternTransform=\"rotate(45)\"><path class=\"stripe\" d=\"M0 0V6\"/></pattern></defs>\n";

/* ---- Elements ---------------------------------------------------------------------------------------------- */

static void put_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else if ((unsigned char)*text >= 0x20)
			fputc(*text, out);
	}
}

static void put_text(FILE *out, const char *class, int x, int y, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

static void put_text(FILE *out, const char *class, int x, int y, const char *format, ...)
{
	char text[2 * MAP_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	fprintf(out, *class ? "<text class=\"%s\" x=\"%d\" y=\"%d\">" : "<text%s x=\"%d\" y=\"%d\">", class, x, y);
	put_escaped(out, text);
	fputs("</text>\n", out);
}

static void put_box(FILE *out, const char *class, int x, int y, int width, int height)
{
	fprintf(out, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", class, x, y, width, height);
}

/* UTF-8: a character's first byte is none of the others. */
static bool begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static size_t character_count(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += begins_character(*text);
	return count;
}

/* The place behind the first `count` characters, of which there are so many. */
static const char *skip_characters(const char *text, size_t count)
{
	while (count--)
		do
			text++;
		while (!begins_character(*text));
	return text;
}

/* Too long a name keeps its beginning and its end. The caller frees. */
static char *shortened(const char *name)
{
	size_t count = character_count(name);

	if (count <= NAME_MOST)
		return string_copy(name);
	const char *cut = skip_characters(name, NAME_MOST - NAME_END - 1);
	return string_format("%.*s\xe2\x80\xa6%s", (int)(cut - name), name, skip_characters(name, count - NAME_END));
}

/* ---- Rows: from the highest address down -------------------------------------------------------------------- */

/* A group of neighbours of one kind has a bracket and a name beside it. */
static const struct group {
	const char *name, *more;
} groups[] = {
	[MAP_KERNEL] = { "kernel", "rights: program headers" },
	[MAP_DIRECT] = { "direct map", "all RAM, never executable" },
	[MAP_IDENTITY] = { "identity map", "RAM at its own address" },
	[MAP_DEVICES] = { "device map", "registers" },
	[MAP_STACK] = { "boot stacks", "a guard on either side" },
	[MAP_NET] = { "net", "explains faults until the\nkernel has its own vectors" },
	[MAP_TABLES] = { "recursive slot", NULL },
	[MAP_WAY] = { "on the way", "pages one to one" },
};

struct drawing {
	FILE *out;
	const struct map_space *s;
	int y;
	int group_y;          /* where the open group begins, */
	enum map_class group; /* MAP_UNKNOWN: none is open */
};

static enum map_class group_of(enum map_class class)
{
	return class == MAP_OUTPUT ? MAP_NET : class;
}

static void end_group(struct drawing *d)
{
	const struct group *g = &groups[d->group];
	int x = GROUP_X, middle = (d->group_y + d->y) / 2, line = middle + (g->more ? -2 : 4);

	if (d->group != MAP_UNKNOWN && g->name) {
		fprintf(d->out, "<path d=\"M%d %dh6V%dh-6\"/>\n", x, d->group_y + 1, d->y - 1);
		put_text(d->out, "group", x + 14, line, "%s", g->name);
		for (const char *more = g->more; more && *more;) {
			int length = (int)strcspn(more, "\n");
			line += 16;
			put_text(d->out, "small", x + 14, line, "%.*s", length, more);
			more += length + (more[length] == '\n');
		}
	}
	d->group = MAP_UNKNOWN;
}

static void enter_group(struct drawing *d, enum map_class class)
{
	if (d->group == group_of(class))
		return;
	end_group(d);
	d->group = group_of(class);
	d->group_y = d->y;
}

static void draw_hole(struct drawing *d, const struct map_hole *h)
{
	const char *name = map_hole_name(h);
	bool is_guard = strcmp(name, "guard page") == 0;
	char size[24];

	if (is_guard) {
		put_box(d->out, "guard", BOX_X, d->y, BOX_W, GUARD);
		d->y += GUARD;
		return;
	}
	bool above = h->above && h->above->guards, below = h->below && h->below->guards;
	if (!(h->below && h->above && group_of(h->below->class) == group_of(h->above->class)))
		end_group(d);
	if (above) {
		put_box(d->out, "guard", BOX_X, d->y, BOX_W, GUARD);
		d->y += GUARD;
	}
	put_box(d->out, h->not_canonical ? "never" : "none", BOX_X, d->y, BOX_W, HOLE);
	put_text(d->out, "hole", BOX_X + BOX_W / 2, d->y + 17, "%s, %s",
	         h->not_canonical ? "no addresses (not canonical)" : "not mapped",
	         map_bytes_about(h->bytes, size, sizeof size));
	d->y += HOLE;
	if (below) {
		put_box(d->out, "guard", BOX_X, d->y, BOX_W, GUARD);
		d->y += GUARD;
	}
	if (h->not_canonical)
		put_text(d->out, "at", BOX_X - 8, d->y, "%016" PRIx64, h->from);
}

/* The holes before a range, which map_next_hole() gives in ascending order. */
static void draw_holes(struct drawing *d, size_t index)
{
	struct map_hole holes[4], h = { 0 };
	unsigned count = 0;

	while (count < COUNT_OF(holes) && map_next_hole(d->s, index, &h))
		holes[count++] = h;
	while (count)
		draw_hole(d, &holes[--count]);
}

static const char *box_class(const struct walked_range *r)
{
	if (r->kind != WALKED_PAGES)
		return "tab";
	if (r->rights & WALKED_WRITE && r->rights & WALKED_EXECUTE)
		return r->rights & WALKED_USER ? "rwx user" : "rwx";
	if (r->memory == WALK_DEVICE)
		return "dev";
	if (r->memory == WALK_WRITE_COMBINING)
		return "wc";
	if (r->rights & WALKED_EXECUTE)
		return r->rights & WALKED_USER ? "rx user" : "rx";
	if (r->rights & WALKED_WRITE)
		return r->rights & WALKED_USER ? "rw user" : "rw";
	return r->rights & WALKED_USER ? "r user" : "r";
}

/* Pieces of one map that differ in nothing but their place: drawn as one box. Returns the first of them. */
static size_t first_piece(const struct map_space *s, size_t last)
{
	const struct walked_range *r = s->walked.ranges;
	size_t first = last;
	enum map_class class = s->names[last].class;

	if (class != MAP_DIRECT && class != MAP_IDENTITY && class != MAP_DEVICES)
		return last;
	while (first && s->names[first - 1].class == class && r[first - 1].rights == r[last].rights &&
	       r[first - 1].memory == r[last].memory)
		first--;
	return first;
}

/* "64 KiB  rw-  write-back  4K  at 00000ded2000". */
static void say_range(const struct map_space *s, size_t first, size_t last, char *out, size_t size)
{
	struct walked_range all = s->walked.ranges[first];
	char bytes[24], rights[6], pages[32];
	int used;

	for (size_t i = first + 1; i <= last; i++) {
		all.bytes += s->walked.ranges[i].bytes;
		for (unsigned level = 0; level < WALKED_SIZES; level++)
			all.pages[level] += s->walked.ranges[i].pages[level];
	}
	if (all.kind != WALKED_PAGES) {
		snprintf(out, size, "%s", map_bytes_about(all.bytes, bytes, sizeof bytes));
		return;
	}
	used = snprintf(out, size, "%s, %s, %s, %s pages", map_bytes_about(all.bytes, bytes, sizeof bytes),
	                map_rights(&all, rights), map_memory(s, &all), map_pages(&all, pages, sizeof pages));
	if (last > first)
		snprintf(out + used, size - (size_t)used, ", in %zu pieces", last - first + 1);
}

static void draw_marks(struct drawing *d, size_t first, size_t last, int y)
{
	for (unsigned i = 0; i < d->s->mark_count; i++)
		for (size_t k = first; k <= last; k++)
			if (map_has_mark(d->s, k, &d->s->marks[i])) {
				put_text(d->out, "mark", MARK_X, y, "%s", d->s->marks[i].what);
				break;
			}
}

static void draw_pieces(struct drawing *d, size_t first, size_t last)
{
	const struct map_name *n = &d->s->names[last];
	const struct walked_range *r = &d->s->walked.ranges[first];
	bool low = group_of(n->class) == MAP_NET || n->class == MAP_WAY;
	int height = low ? LOW_ROW : ROW;
	char text[MAP_TEXT_BYTES];

	enter_group(d, n->class);
	say_range(d->s, first, last, text, sizeof text);
	put_box(d->out, box_class(r), BOX_X, d->y, BOX_W, height);
	if (*n->what)
		put_text(d->out, "", TEXT_X, d->y + (low ? 15 : 17), "%s", n->what);
	else
		put_text(d->out, "", TEXT_X, d->y + (low ? 15 : 17), "physical %012" PRIx64 "%s", r->phys,
		         r->scattered ? " and elsewhere" : "");
	put_text(d->out, low ? "mark small" : "small", low ? MARK_X : TEXT_X, d->y + (low ? 15 : 33), "%s", text);
	if (!low)
		draw_marks(d, first, last, d->y + 17);
	d->y += height;
	put_text(d->out, "at", BOX_X - 8, d->y, "%016" PRIx64, r->va);
}

static void draw_space(struct drawing *d)
{
	size_t index = d->s->walked.count;

	draw_holes(d, index);
	while (index) {
		size_t first = first_piece(d->s, index - 1);
		draw_pieces(d, first, index - 1);
		index = first;
		if (index || !(d->s->walked.ranges[0].va == 0))
			draw_holes(d, index);
	}
	end_group(d);
	put_text(d->out, "at", BOX_X - 8, d->y + 2, "%016d", 0);
}

/* ---- The whole --------------------------------------------------------------------------------------------- */

static void draw_legend(struct drawing *d)
{
	static const struct { const char *class, *text; int width; } entries[] = {
		{ "rx", "execute", 78 }, { "r", "read only", 84 }, { "rw", "write", 62 }, { "dev", "device", 70 },
		{ "wc", "write-combining", 122 }, { "tab", "tables", 68 }, { "guard", "guard page", 92 },
		{ "none", "not mapped", 100 },
	};
	int x = 24;

	d->y += 30;
	for (unsigned i = 0; i < COUNT_OF(entries); i++) {
		put_box(d->out, entries[i].class, x, d->y, 18, 14);
		put_text(d->out, "small", x + 24, d->y + 12, "%s", entries[i].text);
		x += entries[i].width + 14;
	}
	d->y += 34;
	put_text(d->out, "small", 24, d->y, "Not to scale. The lowest address of a range stands at its lower edge. "
	         "Drawn by hobnail map from the page tables.");
}

static void draw(const struct map *m, FILE *body, int *height)
{
	const struct map_space *s = &m->spaces[0];
	struct drawing d = { .out = body, .s = s, .y = TOP };
	char tables[128], *name = shortened(file_name(m->title));
	size_t pages = map_tables(s, tables, sizeof tables);

	put_text(body, "head", 24, 32, "The address space of %s on %s", name, arch_info[m->arch].name);
	put_text(body, "small", 24, 54, "On %s. %zu table pages: %s.", m->machine, pages, tables);
	draw_space(&d);
	draw_legend(&d);
	free(name);
	*height = d.y + 18;
}

int map_draw(const struct map *m, const char *path)
{
	char *body = NULL, *whole = NULL;
	size_t body_bytes, bytes;
	int height = 0, status = 0;
	FILE *out = open_memstream(&body, &body_bytes);

	if (out)
		draw(m, out, &height);
	if (!out || fclose(out) != 0 || !(out = open_memstream(&whole, &bytes)))
		return complain(STATUS_TROUBLE, "there is no memory for the picture");
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n"
	        "<title>", WIDTH, height, WIDTH, height);
	put_escaped(out, file_name(m->title));
	fprintf(out, ": address space</title>\n%s", style);
	put_box(out, "page", 0, 0, WIDTH, height);
	fwrite(body, 1, body_bytes, out);
	fputs("</svg>\n", out);
	if (fclose(out) != 0)
		status = complain(STATUS_TROUBLE, "there is no memory for the picture");
	else
		status = file_write(path, whole, bytes);
	free(body);
	free(whole);
	return status;
}
