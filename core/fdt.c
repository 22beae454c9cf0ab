/* fdt.c — the few facts a loader needs from a flattened device tree.
 *
 * The time that a tree takes is proportional to its size, whatever is in it (tests/unit/work_test.c).
 *
 * A node is the offset of its FDT_BEGIN_NODE token in the blob; NONE is no node. fdt_open() has seen every token, but
 * each step is checked again: the cost is nothing and no order of calls can leave the blob. Nothing recurses. Section
 * titles are those of the Devicetree Specification, release 0.4. */
#include "tables.h"

#include <string.h>

enum { HEADER_BYTES = 40, MAX_DEPTH = 32, NONE = 0 };

/* "Structure Block", "Lexical structure" */
enum { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

struct token {
	uint32_t kind;
	uint32_t next;       /* offset of the token after it                  */
	const char *name;    /* BEGIN_NODE, PROP; NUL-terminated in the blob  */
	const uint8_t *data; /* PROP */
	uint32_t bytes;      /* of data */
};

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

/* Every name ends in the strings block: read_header() has cut off what follows its last NUL. */
static bool read_property(const struct fdt *f, uint32_t at, struct token *t)
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

/* Read the token at `at`. False: it does not lie in the structure block, or is none. */
static bool read_token(const struct fdt *f, uint32_t at, struct token *t)
{
	uint32_t end = structure_end(f), length;

	if (!range_within(at, 4, end))
		return false;
	*t = (struct token){ .kind = be32(f->blob + at), .next = at + 4 };
	switch (t->kind) {
	case BEGIN_NODE:
		t->name = string_in(f, at + 4, end, &length);
		if (!t->name)
			return false;
		t->next = at + 4 + length + 1;
		break;
	case PROP:
		if (!read_property(f, at + 4, t))
			return false;
		break;
	case END_NODE:
	case NOP:
	case END:
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

/* "Header": off_dt_struct 8, off_dt_strings 12, version 20, last_comp_version 24, size_dt_strings 32, size_dt_struct 36.
 * Returns the offset of the first field that cannot be, or HEADER_BYTES. */
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

/* One root node, everything closed, nothing but padding after FDT_END. Returns where it goes wrong, or 0. */
static uint32_t check_structure(const struct fdt *f)
{
	unsigned depth = 0;
	bool root_done = false;
	struct token t;

	for (uint32_t at = f->structure;; at = t.next) {
		if (!read_token(f, at, &t))
			return at;
		if (t.kind == END)
			return root_done && depth == 0 ? 0 : at;
		if (t.kind == BEGIN_NODE && (root_done || ++depth > MAX_DEPTH))
			return at;
		if ((t.kind == PROP || t.kind == END_NODE) && depth == 0)
			return at;
		if (t.kind == END_NODE)
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
	struct token t;
	uint32_t at = f->structure;

	while (read_token(f, at, &t) && t.kind == NOP)
		at = t.next;
	return at;
}

/* Where the first thing inside a node stands. */
static uint32_t inside(const struct fdt *f, uint32_t node)
{
	struct token t;

	return read_token(f, node, &t) ? t.next : structure_end(f);
}

/* Where the first thing after a node stands. */
static uint32_t after(const struct fdt *f, uint32_t node)
{
	unsigned depth = 0;
	struct token t;

	for (uint32_t at = node; read_token(f, at, &t) && t.kind != END; at = t.next) {
		depth += t.kind == BEGIN_NODE;
		depth -= t.kind == END_NODE;
		if (depth == 0 && t.kind == END_NODE)
			return t.next;
	}
	return structure_end(f);
}

/* The child that follows `previous`; with NONE the first. */
static uint32_t next_child(const struct fdt *f, uint32_t node, uint32_t previous)
{
	uint32_t at = previous == NONE ? inside(f, node) : after(f, previous);
	struct token t;

	for (; read_token(f, at, &t) && (t.kind == PROP || t.kind == NOP); at = t.next)
		;
	return read_token(f, at, &t) && t.kind == BEGIN_NODE ? at : NONE;
}

static const char *node_name(const struct fdt *f, uint32_t node)
{
	struct token t;

	return read_token(f, node, &t) && t.name ? t.name : "";
}

struct property {
	const uint8_t *data; /* NULL: the node has none of this name */
	uint32_t bytes;
};

static bool is_named(const char *candidate, const char *name, size_t length)
{
	return strncmp(candidate, name, length) == 0 && candidate[length] == 0;
}

/* Properties come before children ("Structure Block", "Tree structure"). */
static struct property property_n(const struct fdt *f, uint32_t node, const char *name, size_t length)
{
	struct token t;

	for (uint32_t at = inside(f, node); read_token(f, at, &t) && (t.kind == PROP || t.kind == NOP); at = t.next)
		if (t.kind == PROP && is_named(t.name, name, length))
			return (struct property){ t.data, t.bytes };
	return (struct property){ NULL, 0 };
}

static struct property property(const struct fdt *f, uint32_t node, const char *name)
{
	return property_n(f, node, name, strlen(name));
}

/* A property that is one cell. */
static uint32_t cell(const struct fdt *f, uint32_t node, const char *name, uint32_t fallback)
{
	struct property p = property(f, node, name);

	return p.bytes == 4 ? be32(p.data) : fallback;
}

/* Is `text` one of the strings of this list? */
static bool lists(struct property p, const char *text)
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

static bool is_compatible(const struct fdt *f, uint32_t node, const char *with)
{
	return lists(property(f, node, "compatible"), with);
}

/* "Standard Properties", "status": absent means okay; "ok" is an old spelling. */
static bool is_okay(const struct fdt *f, uint32_t node)
{
	struct property status = property(f, node, "status");

	return !status.data || lists(status, "okay") || lists(status, "ok");
}

/* ---- Paths --------------------------------------------------------------------------------------------- */

/* A node with everything above it: node[0] is the root, node[depth] the node itself. */
struct place {
	unsigned depth;
	uint32_t node[MAX_DEPTH];
};

/* A name without its unit address may stand for the node ("Path Names"). */
static bool fits_component(const char *name, const char *component, size_t length)
{
	return strncmp(name, component, length) == 0 && (name[length] == 0 || name[length] == '@');
}

static uint32_t child_named(const struct fdt *f, uint32_t node, const char *name, size_t length)
{
	uint32_t child = NONE;

	while ((child = next_child(f, node, child)) != NONE)
		if (fits_component(node_name(f, child), name, length))
			return child;
	return NONE;
}

static size_t until(const char *text, size_t bytes, char end)
{
	const char *found = memchr(text, end, bytes);

	return found ? (size_t)(found - text) : bytes;
}

static bool find_path(const struct fdt *f, const char *path, size_t bytes, struct place *out)
{
	struct place p = { .node = { root_node(f) } };

	while (bytes) {
		size_t length = until(path, bytes, '/');
		if (length) {
			if (p.depth + 1 == MAX_DEPTH)
				return false;
			uint32_t child = child_named(f, p.node[p.depth], path, length);
			if (child == NONE)
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

static uint32_t child_of_root(const struct fdt *f, const char *name)
{
	return child_named(f, root_node(f), name, strlen(name));
}

/* A string property without its NUL; NULL: there is none, or it is not terminated. */
static const char *string_property(struct property p, size_t *length)
{
	if (!p.bytes || !memchr(p.data, 0, p.bytes))
		return NULL;
	*length = until((const char *)p.data, p.bytes, 0);
	return (const char *)p.data;
}

/* "/chosen Node", stdout-path: a path, or an alias, either followed by ":" and options. */
static bool find_stdout(const struct fdt *f, struct place *out)
{
	enum { ALIAS_BYTES = 31 }; /* "/aliases node": a longer one would be compared with many long names */
	uint32_t chosen = child_of_root(f, "chosen");
	size_t length;
	const char *path = chosen ? string_property(property(f, chosen, "stdout-path"), &length) : NULL;

	if (!path)
		return false;
	length = until(path, length, ':');
	if (length && path[0] != '/') {
		if (length > ALIAS_BYTES)
			return false;
		uint32_t aliases = child_of_root(f, "aliases");
		path = aliases ? string_property(property_n(f, aliases, path, length), &length) : NULL;
	}
	return path && length && path[0] == '/' && find_path(f, path, length, out);
}

/* ---- Addresses ----------------------------------------------------------------------------------------- */

struct cells { /* of what lies below a node */
	uint32_t address;
	uint32_t size;
};

/* "#address-cells and #size-cells". More than two cells (PCI has three) is more than this reader translates. */
static bool cells_below(const struct fdt *f, uint32_t node, struct cells *out)
{
	struct cells c = { cell(f, node, "#address-cells", 2), cell(f, node, "#size-cells", 1) };

	*out = c;
	return c.address >= 1 && c.address <= 2 && c.size <= 2;
}

static uint64_t number(const uint8_t *at, uint32_t cells)
{
	uint64_t n = 0;

	for (; cells; cells--, at += 4)
		n = n << 32 | be32(at);
	return n;
}

/* From a node's `reg` up to the processor: what is the same for each of its addresses, looked up once. */
struct way {
	struct property reg;
	unsigned depth;                    /* of the node */
	struct cells cells[MAX_DEPTH];     /* below node[0 .. depth - 1] */
	struct property ranges[MAX_DEPTH]; /* of node[1 .. depth - 1]: the buses between */
};

/* Absent "ranges" mean that there is no way. */
static bool find_way(const struct fdt *f, const struct place *p, struct way *w)
{
	w->depth = p->depth;
	w->reg = property(f, p->node[p->depth], "reg");
	for (unsigned i = 0; i < p->depth; i++) {
		w->ranges[i] = property(f, p->node[i], "ranges");
		if (!cells_below(f, p->node[i], &w->cells[i]) || (i && !w->ranges[i].data))
			return false;
	}
	return p->depth != 0;
}

enum { MAX_RANGES = 1024 }; /* of one bus; more are not believed */

/* Translate an address below a bus into one above it. Empty "ranges" mean the same. */
static bool translate(struct property ranges, struct cells child, struct cells up, uint64_t *address)
{
	uint32_t stride = 4 * (child.address + up.address + child.size);

	if (ranges.bytes == 0)
		return true;
	for (uint32_t at = 0; at < stride * MAX_RANGES && range_within(at, stride, ranges.bytes); at += stride) {
		const uint8_t *entry = ranges.data + at;
		uint64_t from = number(entry, child.address);
		uint64_t to = number(entry + 4 * child.address, up.address);
		uint64_t size = number(entry + 4 * (child.address + up.address), child.size);
		if (*address >= from && *address - from < size && sum_fits(to, *address - from)) {
			*address = to + (*address - from);
			return true;
		}
	}
	return false;
}

/* An address beside the node's `reg`, as the processor sees it. */
static bool reach(const struct way *w, uint64_t *address)
{
	for (unsigned bus = w->depth - 1; bus > 0; bus--)
		if (!translate(w->ranges[bus], w->cells[bus], w->cells[bus - 1], address))
			return false;
	return true;
}

/* Entry `index` of a node's `reg`, its address as the processor sees it. The size of the last one may be missing: 0. */
static bool physical_span(const struct way *w, unsigned index, struct span *out)
{
	struct cells c = w->cells[w->depth - 1];
	uint32_t at = index * 4 * (c.address + c.size);

	if (!range_within(at, 4 * c.address, w->reg.bytes))
		return false;
	uint64_t address = number(w->reg.data + at, c.address);
	bool sized = range_within(at, 4 * (c.address + c.size), w->reg.bytes);
	if (!reach(w, &address))
		return false;
	*out = (struct span){ address, sized ? number(w->reg.data + at + 4 * c.address, c.size) : 0 };
	return true;
}

/* The first node that has one of these compatibles and is not disabled. */
static bool find_compatible(const struct fdt *f, const char *const *with, unsigned count, struct place *out)
{
	unsigned open = 0;
	struct token t;

	for (uint32_t at = f->structure; read_token(f, at, &t) && t.kind != END; at = t.next) {
		if (t.kind == END_NODE && open)
			open--;
		if (t.kind != BEGIN_NODE || open == MAX_DEPTH)
			continue;
		out->depth = open++;
		out->node[out->depth] = at;
		for (unsigned i = 0; i < count; i++)
			if (is_compatible(f, at, with[i]) && is_okay(f, at))
				return true;
	}
	return false;
}

/* ---- The debug console --------------------------------------------------------------------------------- */

/* What `compatible` says of a serial port; widths where the node does not. */
static const struct {
	const char *compatible;
	uint32_t kind;
	uint32_t access_bytes;
	uint32_t register_shift;
} ports[] = {
	{ "arm,pl011", HOBNAIL_CONSOLE_PL011, 4, 0 },
	{ "arm,sbsa-uart", HOBNAIL_CONSOLE_PL011, 4, 0 },
	{ "brcm,bcm2835-aux-uart", HOBNAIL_CONSOLE_BCM2835, 4, 2 },
	{ "snps,dw-apb-uart", HOBNAIL_CONSOLE_16550_MMIO, 1, 0 },
	{ "ns16550a", HOBNAIL_CONSOLE_16550_MMIO, 1, 0 },
	{ "ns16550", HOBNAIL_CONSOLE_16550_MMIO, 1, 0 },
};

static bool port_kind(const struct fdt *f, uint32_t node, struct hobnail_console *c)
{
	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		if (!is_compatible(f, node, ports[i].compatible))
			continue;
		c->kind = ports[i].kind;
		c->access_bytes = ports[i].access_bytes;
		c->register_shift = ports[i].register_shift;
		return true;
	}
	return false;
}

/* "National Semiconductor 16450/16550 Compatible UART" and its bindings: reg-shift, reg-io-width. */
static bool port_width(const struct fdt *f, uint32_t node, struct hobnail_console *c)
{
	uint32_t width = cell(f, node, "reg-io-width", c->access_bytes);
	uint32_t shift = cell(f, node, "reg-shift", c->register_shift);

	if (c->kind == HOBNAIL_CONSOLE_BCM2835)
		return true;
	c->access_bytes = width;
	c->register_shift = c->kind == HOBNAIL_CONSOLE_PL011 ? 0 : shift;
	return (width == 1 || width == 2 || width == 4) && shift <= 3;
}

bool fdt_console(const struct fdt *f, struct hobnail_console *out)
{
	struct hobnail_console c = { .source = HOBNAIL_CONSOLE_BY_DEVICE_TREE };
	struct place place;

	if (!find_stdout(f, &place))
		return false;
	uint32_t node = place.node[place.depth];
	if (!is_okay(f, node) || !port_kind(f, node, &c) || !port_width(f, node, &c))
		return false;
	struct span registers;
	struct way way;
	if (!find_way(f, &place, &way) || !physical_span(&way, 0, &registers))
		return false;
	c.phys = registers.base;
	*out = c;
	return true;
}

/* ---- Processors ---------------------------------------------------------------------------------------- */

static bool is_cpu(const struct fdt *f, uint32_t node)
{
	return lists(property(f, node, "device_type"), "cpu") || strncmp(node_name(f, node), "cpu@", 4) == 0;
}

/* What /cpus says for all of them, looked up once. */
struct all_cpus {
	uint32_t cells;         /* of an id */
	struct property method; /* how one is started that does not say so itself */
};

/* How it is started. "cpu-release-addr" has 64 bits; 32 have been seen. enable-method may stand in /cpus for all. */
static void read_method(const struct fdt *f, const struct all_cpus *all, uint32_t node, struct table_cpu *cpu)
{
	struct property method = property(f, node, "enable-method");
	struct property release = property(f, node, "cpu-release-addr");

	if (!method.data)
		method = all->method;
	cpu->enabled |= method.data != NULL;
	if (!lists(method, "spin-table") || (release.bytes != 4 && release.bytes != 8))
		return;
	cpu->spin_table = true;
	cpu->release = number(release.data, release.bytes / 4);
}

/* "/cpus/cpu* Node Properties". A CPU that is "disabled" waits to be started, by its enable-method; one that failed is left
 * out. */
static bool read_cpu(const struct fdt *f, const struct all_cpus *all, uint32_t node, struct table_cpu *cpu)
{
	struct property reg = property(f, node, "reg");

	cpu->enabled = is_okay(f, node);
	if (!cpu->enabled && !lists(property(f, node, "status"), "disabled"))
		return false;
	if (all->cells < 1 || all->cells > 2 || reg.bytes < 4 * all->cells)
		return false;
	cpu->hardware_id = number(reg.data, all->cells);
	read_method(f, all, node, cpu);
	return true;
}

size_t fdt_cpus(const struct fdt *f, struct table_cpu *out, size_t capacity)
{
	uint32_t cpus = child_of_root(f, "cpus");
	uint32_t node = NONE, index = 0;
	size_t count = 0;

	if (cpus == NONE)
		return 0;
	struct all_cpus all = { cell(f, cpus, "#address-cells", 2), property(f, cpus, "enable-method") };
	while ((node = next_child(f, cpus, node)) != NONE) {
		if (!is_cpu(f, node))
			continue;
		struct table_cpu cpu = { .firmware_id = index++ };
		if (!read_cpu(f, &all, node, &cpu) || table_cpu_is_listed(out, min_u64(count, capacity), cpu.hardware_id))
			continue;
		if (count < capacity)
			out[count] = cpu;
		count++;
	}
	return count;
}

/* PSCI 0.1 is left alone: its function numbers are the device tree's to say. */
uint32_t fdt_psci(const struct fdt *f)
{
	uint32_t node = child_of_root(f, "psci");

	if (node == NONE || !(is_compatible(f, node, "arm,psci-0.2") || is_compatible(f, node, "arm,psci-1.0")))
		return HOBNAIL_PSCI_NONE;
	struct property method = property(f, node, "method");
	if (lists(method, "hvc"))
		return HOBNAIL_PSCI_HVC;
	return lists(method, "smc") ? HOBNAIL_PSCI_SMC : HOBNAIL_PSCI_NONE;
}

/* ---- The interrupt controller -------------------------------------------------------------------------- */

/* Linux, "ARM Generic Interrupt Controller" bindings: `reg` is the distributor and the CPU interface (v1 and v2); or the
 * distributor and "#redistributor-regions" regions (v3). */
static void read_gic(const struct fdt *f, const struct place *place, struct table_gic *gic)
{
	uint32_t node = place->node[place->depth];
	bool v3 = is_compatible(f, node, "arm,gic-v3");
	uint32_t regions = v3 ? cell(f, node, "#redistributor-regions", 1) : 0;
	struct span at;
	struct way way;

	gic->version = v3 ? 3 : 2;
	if (!find_way(f, place, &way))
		return;
	gic->distributor = physical_span(&way, 0, &at) ? at.base : 0;
	gic->cpu_interface = !v3 && physical_span(&way, 1, &at) ? at.base : 0;
	for (uint32_t i = 0; i < regions && i < TABLES_MAX_REDISTRIBUTORS && physical_span(&way, 1 + i, &at); i++)
		table_gic_add(gic, at.base, at.bytes);
}

bool fdt_gic(const struct fdt *f, struct table_gic *out)
{
	static const char *const kinds[] = { "arm,gic-v3", "arm,cortex-a15-gic", "arm,gic-400" };
	struct table_gic gic = { 0 };
	struct place place;

	if (!find_compatible(f, kinds, COUNT_OF(kinds), &place))
		return false;
	read_gic(f, &place, &gic);
	if (!table_gic_is_whole(&gic))
		return false;
	*out = gic;
	return true;
}

/* ---- PCI ----------------------------------------------------------------------------------------------- */

/* IEEE 1275, "PCI Bus Binding": in a host bridge's `ranges` a PCI address has three cells and a size two; the processor's address
 * stands between. */
enum { PCI_ADDRESS_CELLS = 3, PCI_SIZE_CELLS = 2, MAX_BRIDGES = 16, MAX_WINDOWS = 32 };

static bool is_host_bridge(const struct fdt *f, const struct place *p)
{
	return p->depth && lists(property(f, p->node[p->depth], "device_type"), "pci") &&
	       !lists(property(f, p->node[p->depth - 1], "device_type"), "pci") && is_okay(f, p->node[p->depth]);
}

/* Its registers (`reg`: with ECAM, configuration space), then what it passes on. */
static size_t bridge_spans(const struct way *w, struct property windows, struct span *out, size_t capacity, bool *cut)
{
	uint32_t up = w->cells[w->depth - 1].address, stride = 4 * (PCI_ADDRESS_CELLS + up + PCI_SIZE_CELLS);
	size_t count = 0;

	while (count < capacity && physical_span(w, (unsigned)count, &out[count]))
		count++;
	for (uint32_t at = 0; count < capacity && at < MAX_WINDOWS * stride && range_within(at, stride, windows.bytes); at += stride) {
		const uint8_t *entry = windows.data + at + 4 * PCI_ADDRESS_CELLS;
		uint64_t address = number(entry, up);
		if (reach(w, &address))
			out[count++] = (struct span){ address, number(entry + 4 * up, PCI_SIZE_CELLS) };
	}
	*cut |= range_within(MAX_WINDOWS * stride, stride, windows.bytes);
	return count;
}

/* Go through up to MAX_BRIDGES. *cut: there are more of these, or one has more than MAX_WINDOWS. */
static size_t each_bridge(const struct fdt *f, bool ecam, struct span *out, size_t capacity, size_t *found, bool *cut)
{
	unsigned open = 0;
	size_t bridges = 0;
	struct place place;
	struct token t;
	struct way way;
	size_t count = 0;

	*cut = false;
	for (uint32_t at = f->structure; read_token(f, at, &t) && t.kind != END; at = t.next) {
		if (t.kind == END_NODE && open)
			open--;
		if (t.kind != BEGIN_NODE || open == MAX_DEPTH)
			continue;
		place.depth = open++;
		place.node[place.depth] = at;
		if (!is_host_bridge(f, &place))
			continue;
		if (bridges == MAX_BRIDGES) {
			*cut = true;
			break;
		}
		bridges++;
		if (!find_way(f, &place, &way))
			continue;
		if (!ecam)
			count += bridge_spans(&way, property(f, at, "ranges"), out + count, capacity - count, cut);
		else if (count < capacity && is_compatible(f, at, "pci-host-ecam-generic") && physical_span(&way, 0, &out[count]))
			count++;
	}
	*found = bridges;
	return count;
}

size_t fdt_pci(const struct fdt *f, struct span *out, size_t capacity, bool *cut)
{
	size_t bridges;

	return each_bridge(f, false, out, capacity, &bridges, cut);
}

size_t fdt_ecam(const struct fdt *f, struct span *out, size_t capacity)
{
	size_t bridges;
	bool cut;

	return each_bridge(f, true, out, capacity, &bridges, &cut);
}

size_t fdt_bridges(const struct fdt *f)
{
	size_t bridges;
	bool cut;

	(void)each_bridge(f, true, NULL, 0, &bridges, &cut);
	return bridges + cut;
}
