/* fdt.c — the reader of flattened device trees: tokens, nodes, properties, paths, addresses.
 *
 * The time that a tree takes is proportional to its size, whatever is in it (tests/unit/work_test.c).
 *
 * A node is the offset of its FDT_BEGIN_NODE token in the blob; FDT_NONE is no node. fdt_open() has seen every
 * token, but each step is checked again: the cost is nothing and no order of calls can leave the blob. Nothing
 * recurses. Section titles are those of the Devicetree Specification, release 0.4. */
#include "fdt_node.h"

#include <string.h>

enum { HEADER_BYTES = 40 };

static uint32_t be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* ---- Tokens -------------------------------------------------------------------------------------------- */

static uint32_t structure_end(const struct fdt *f)
{
	return f->structure + f->structure_bytes;
}

/* The string at `at` if its NUL lies before `end`, with its length. */
static const char *string_in(const struct fdt *f, uint32_t at, uint32_t end, uint32_t *length)
{
	const uint8_t *start = f->blob + at;
	const uint8_t *nul = at < end ? memchr(start, 0, end - at) : NULL;

	if (!nul)
		return NULL;
	*length = (uint32_t)(nul - start);
	return (const char *)start;
}

/* Every name ends in the strings block: read_header() has cut off the bytes behind its last NUL. */
static bool read_property(const struct fdt *f, uint32_t at, struct fdt_token *t)
{
	uint32_t end = structure_end(f);

	if (!range_within(at, 8, end))
		return false;
	t->bytes = be32(f->blob + at);
	uint32_t name = be32(f->blob + at + 4);
	if (!range_within(at + 8, t->bytes, end) || name >= f->strings_bytes)
		return false;
	t->name = (const char *)f->blob + f->strings + name;
	t->data = f->blob + at + 8;
	t->next = at + 8 + t->bytes;
	return true;
}

bool fdt_read_token(const struct fdt *f, uint32_t at, struct fdt_token *t)
{
	uint32_t end = structure_end(f), length;

	if (!range_within(at, 4, end))
		return false;
	*t = (struct fdt_token){ .kind = be32(f->blob + at), .next = at + 4 };
	switch (t->kind) {
	case FDT_BEGIN_NODE:
		t->name = string_in(f, at + 4, end, &length);
		if (!t->name)
			return false;
		t->next = at + 4 + length + 1;
		break;
	case FDT_PROP:
		if (!read_property(f, at + 4, t))
			return false;
		break;
	case FDT_END_NODE:
	case FDT_NOP:
	case FDT_END:
		break;
	default:
		return false;
	}
	t->next += (0 - (t->next - f->structure)) & 3;
	return true;
}

/* ---- Opening ------------------------------------------------------------------------------------------- */

enum { MAGIC = 0xd00dfeed };

uint32_t fdt_total_bytes(const void *first_8_bytes)
{
	const uint8_t *b = first_8_bytes;

	return be32(b) == MAGIC ? be32(b + 4) : 0;
}

/* "Header": off_dt_struct 8, off_dt_strings 12, version 20, last_comp_version 24, size_dt_strings 32, size_dt_struct
 * 36. Returns the offset of the first field with an impossible value, or HEADER_BYTES. */
static uint32_t read_header(const uint8_t *blob, uint64_t bytes, struct fdt *f)
{
	*f = (struct fdt){ .blob = blob, .bytes = fdt_total_bytes(blob) };
	if (be32(blob) != MAGIC)
		return 0;
	if (f->bytes < HEADER_BYTES || f->bytes > bytes || f->bytes > INT32_MAX)
		return 4;
	f->structure = be32(blob + 8);
	f->strings = be32(blob + 12);
	f->strings_bytes = be32(blob + 32);
	f->structure_bytes = be32(blob + 36);
	if (f->structure < HEADER_BYTES || !is_aligned(f->structure, 4) || f->structure > f->bytes)
		return 8;
	if (f->strings > f->bytes)
		return 12;
	if (be32(blob + 20) < 17)
		return 20;
	if (be32(blob + 24) > 17)
		return 24;
	if (!range_within(f->strings, f->strings_bytes, f->bytes))
		return 32;
	while (f->strings_bytes && blob[f->strings + f->strings_bytes - 1])
		f->strings_bytes--;
	return range_within(f->structure, f->structure_bytes, f->bytes) ? HEADER_BYTES : 36;
}

/* One root node, everything closed, nothing but padding after FDT_END. Returns the offset of the first fault, or 0. */
static uint32_t check_structure(const struct fdt *f)
{
	unsigned depth = 0;
	bool root_done = false;
	struct fdt_token t;

	for (uint32_t at = f->structure;; at = t.next) {
		if (!fdt_read_token(f, at, &t))
			return at;
		if (t.kind == FDT_END)
			return root_done && depth == 0 ? 0 : at;
		if (t.kind == FDT_BEGIN_NODE && (root_done || ++depth > FDT_MAX_DEPTH))
			return at;
		if ((t.kind == FDT_PROP || t.kind == FDT_END_NODE) && depth == 0)
			return at;
		if (t.kind == FDT_END_NODE)
			root_done = --depth == 0;
	}
}

enum err fdt_open(const void *blob, uint64_t bytes, struct fdt *out, struct problem *p)
{
	struct fdt f;

	if (bytes < HEADER_BYTES)
		return problem_at(p, ERR_FDT, bytes);
	uint32_t field = read_header(blob, bytes, &f);
	if (field < HEADER_BYTES)
		return problem_at(p, ERR_FDT, field);
	uint32_t wrong = check_structure(&f);
	if (wrong)
		return problem_at(p, ERR_FDT, wrong);
	*out = f;
	return OK;
}

/* ---- Nodes and properties ------------------------------------------------------------------------------ */

static uint32_t root_node(const struct fdt *f)
{
	struct fdt_token t;
	uint32_t at = f->structure;

	while (fdt_read_token(f, at, &t) && t.kind == FDT_NOP)
		at = t.next;
	return at;
}

/* Offset of the first token inside a node. */
static uint32_t inside(const struct fdt *f, uint32_t node)
{
	struct fdt_token t;

	return fdt_read_token(f, node, &t) ? t.next : structure_end(f);
}

/* Offset of the first token after a node. */
static uint32_t after(const struct fdt *f, uint32_t node)
{
	unsigned depth = 0;
	struct fdt_token t;

	for (uint32_t at = node; fdt_read_token(f, at, &t) && t.kind != FDT_END; at = t.next) {
		depth += t.kind == FDT_BEGIN_NODE;
		depth -= t.kind == FDT_END_NODE;
		if (depth == 0 && t.kind == FDT_END_NODE)
			return t.next;
	}
	return structure_end(f);
}

uint32_t fdt_next_child(const struct fdt *f, uint32_t node, uint32_t previous)
{
	uint32_t at = previous == FDT_NONE ? inside(f, node) : after(f, previous);
	struct fdt_token t;

	for (; fdt_read_token(f, at, &t) && (t.kind == FDT_PROP || t.kind == FDT_NOP); at = t.next)
		;
	return fdt_read_token(f, at, &t) && t.kind == FDT_BEGIN_NODE ? at : FDT_NONE;
}

const char *fdt_node_name(const struct fdt *f, uint32_t node)
{
	struct fdt_token t;

	return fdt_read_token(f, node, &t) && t.name ? t.name : "";
}

static bool is_named(const char *candidate, const char *name, size_t length)
{
	return strncmp(candidate, name, length) == 0 && candidate[length] == 0;
}

/* Properties come before children ("Structure Block", "Tree structure"). */
static struct fdt_property property_n(const struct fdt *f, uint32_t node, const char *name, size_t length)
{
	struct fdt_token t;

	uint32_t at = inside(f, node);

	for (; fdt_read_token(f, at, &t) && (t.kind == FDT_PROP || t.kind == FDT_NOP); at = t.next)
		if (t.kind == FDT_PROP && is_named(t.name, name, length))
			return (struct fdt_property){ t.data, t.bytes };
	return (struct fdt_property){ NULL, 0 };
}

struct fdt_property fdt_property(const struct fdt *f, uint32_t node, const char *name)
{
	return property_n(f, node, name, strlen(name));
}

uint32_t fdt_cell(const struct fdt *f, uint32_t node, const char *name, uint32_t fallback)
{
	struct fdt_property p = fdt_property(f, node, name);

	return p.bytes == 4 ? be32(p.data) : fallback;
}

bool fdt_lists(struct fdt_property p, const char *text)
{
	uint32_t length = (uint32_t)strlen(text) + 1;

	for (uint32_t at = 0; at < p.bytes;) {
		const uint8_t *nul = memchr(p.data + at, 0, p.bytes - at);
		if (!nul)
			return false;
		uint32_t bytes = (uint32_t)(nul - (p.data + at)) + 1;
		if (bytes == length && memcmp(p.data + at, text, length) == 0)
			return true;
		at += bytes;
	}
	return false;
}

bool fdt_is_compatible(const struct fdt *f, uint32_t node, const char *with)
{
	return fdt_lists(fdt_property(f, node, "compatible"), with);
}

bool fdt_is_okay(const struct fdt *f, uint32_t node)
{
	struct fdt_property status = fdt_property(f, node, "status");

	return !status.data || fdt_lists(status, "okay") || fdt_lists(status, "ok");
}

/* ---- Paths --------------------------------------------------------------------------------------------- */

/* A name without its unit address may stand for the node ("Path Names"). */
static bool fits_component(const char *name, const char *component, size_t length)
{
	return strncmp(name, component, length) == 0 && (name[length] == 0 || name[length] == '@');
}

static uint32_t child_named(const struct fdt *f, uint32_t node, const char *name, size_t length)
{
	uint32_t child = FDT_NONE;

	while ((child = fdt_next_child(f, node, child)) != FDT_NONE)
		if (fits_component(fdt_node_name(f, child), name, length))
			return child;
	return FDT_NONE;
}

static size_t until(const char *text, size_t bytes, char end)
{
	const char *found = memchr(text, end, bytes);

	return found ? (size_t)(found - text) : bytes;
}

static bool find_path(const struct fdt *f, const char *path, size_t bytes, struct fdt_place *out)
{
	struct fdt_place p = { .node = { root_node(f) } };

	while (bytes) {
		size_t length = until(path, bytes, '/');
		if (length) {
			if (p.depth + 1 == FDT_MAX_DEPTH)
				return false;
			uint32_t child = child_named(f, p.node[p.depth], path, length);
			if (child == FDT_NONE)
				return false;
			p.node[++p.depth] = child;
		}
		length += length < bytes;
		path += length;
		bytes -= length;
	}
	*out = p;
	return true;
}

uint32_t fdt_child_of_root(const struct fdt *f, const char *name)
{
	return child_named(f, root_node(f), name, strlen(name));
}

/* A string property; *length is without its NUL. NULL: there is none, or it is not terminated. */
static const char *string_property(struct fdt_property p, size_t *length)
{
	if (!p.bytes || !memchr(p.data, 0, p.bytes))
		return NULL;
	*length = until((const char *)p.data, p.bytes, 0);
	return (const char *)p.data;
}

bool fdt_find_stdout(const struct fdt *f, struct fdt_place *out)
{
	enum { ALIAS_BYTES = 31 }; /* "/aliases node": a longer one would be compared with many long names */
	uint32_t chosen = fdt_child_of_root(f, "chosen");
	size_t length;
	const char *path = chosen ? string_property(fdt_property(f, chosen, "stdout-path"), &length) : NULL;

	if (!path)
		return false;
	length = until(path, length, ':');
	if (length && path[0] != '/') {
		if (length > ALIAS_BYTES)
			return false;
		uint32_t aliases = fdt_child_of_root(f, "aliases");
		path = aliases ? string_property(property_n(f, aliases, path, length), &length) : NULL;
	}
	return path && length && path[0] == '/' && find_path(f, path, length, out);
}

/* ---- Addresses ----------------------------------------------------------------------------------------- */

/* "#address-cells and #size-cells". More than two cells (PCI has three) is more than this reader translates. */
static bool cells_below(const struct fdt *f, uint32_t node, struct fdt_cells *out)
{
	struct fdt_cells c = { fdt_cell(f, node, "#address-cells", 2), fdt_cell(f, node, "#size-cells", 1) };

	*out = c;
	return c.address >= 1 && c.address <= 2 && c.size <= 2;
}

uint64_t fdt_number(const uint8_t *at, uint32_t cells)
{
	uint64_t n = 0;

	for (; cells; cells--, at += 4)
		n = n << 32 | be32(at);
	return n;
}

bool fdt_find_way(const struct fdt *f, const struct fdt_place *p, struct fdt_way *w)
{
	w->depth = p->depth;
	w->reg = fdt_property(f, p->node[p->depth], "reg");
	for (unsigned i = 0; i < p->depth; i++) {
		w->ranges[i] = fdt_property(f, p->node[i], "ranges");
		if (!cells_below(f, p->node[i], &w->cells[i]) || (i && !w->ranges[i].data))
			return false;
	}
	return p->depth != 0;
}

enum { MAX_RANGES = 1024 }; /* of one bus; more are not believed */

/* Translate an address below a bus into one above it. Empty "ranges" mean the same. */
static bool translate(struct fdt_property ranges, struct fdt_cells child, struct fdt_cells up, uint64_t *address)
{
	uint32_t stride = 4 * (child.address + up.address + child.size);

	if (ranges.bytes == 0)
		return true;
	for (uint32_t at = 0; at < stride * MAX_RANGES && range_within(at, stride, ranges.bytes); at += stride) {
		const uint8_t *entry = ranges.data + at;
		uint64_t from = fdt_number(entry, child.address);
		uint64_t to = fdt_number(entry + 4 * child.address, up.address);
		uint64_t size = fdt_number(entry + 4 * (child.address + up.address), child.size);
		if (*address >= from && *address - from < size && sum_fits(to, *address - from)) {
			*address = to + (*address - from);
			return true;
		}
	}
	return false;
}

bool fdt_reach(const struct fdt_way *w, uint64_t *address)
{
	for (unsigned bus = w->depth - 1; bus > 0; bus--)
		if (!translate(w->ranges[bus], w->cells[bus], w->cells[bus - 1], address))
			return false;
	return true;
}

bool fdt_physical_span(const struct fdt_way *w, unsigned index, struct span *out)
{
	struct fdt_cells c = w->cells[w->depth - 1];
	uint32_t at = index * 4 * (c.address + c.size);

	if (!range_within(at, 4 * c.address, w->reg.bytes))
		return false;
	uint64_t address = fdt_number(w->reg.data + at, c.address);
	bool sized = range_within(at, 4 * (c.address + c.size), w->reg.bytes);
	if (!fdt_reach(w, &address))
		return false;
	*out = (struct span){ address, sized ? fdt_number(w->reg.data + at + 4 * c.address, c.size) : 0 };
	return true;
}

bool fdt_find_compatible(const struct fdt *f, const char *const *with, unsigned count, struct fdt_place *out)
{
	unsigned open = 0;
	struct fdt_token t;

	for (uint32_t at = f->structure; fdt_read_token(f, at, &t) && t.kind != FDT_END; at = t.next) {
		if (t.kind == FDT_END_NODE && open)
			open--;
		if (t.kind != FDT_BEGIN_NODE || open == FDT_MAX_DEPTH)
			continue;
		out->depth = open++;
		out->node[out->depth] = at;
		for (unsigned i = 0; i < count; i++)
			if (fdt_is_compatible(f, at, with[i]) && fdt_is_okay(f, at))
				return true;
	}
	return false;
}
