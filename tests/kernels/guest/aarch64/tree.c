/* tree.c — aarch64: the guest's device tree, written while the machine's is read. It is a copy, but for the nodes that
 * say which memory there is and what the kernel is told: those of the machine are left out, and the guest's stand at
 * the end of the root.
 * Source: Devicetree Specification v0.4, "Flattened Devicetree (DTB) Format"; Linux,
 * Documentation/devicetree/bindings/chosen.txt. */
#include "el2.h"

#include <string.h>

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4, END = 9 };

/* The header, big-endian like all numbers. */
enum {
	MAGIC, TOTAL_BYTES, STRUCT_AT, STRINGS_AT, RESERVED_AT, VERSION, OLDEST_VERSION, BOOT_CPU, STRINGS_BYTES,
	STRUCT_BYTES, HEADER_WORDS
};
enum { HEADER_BYTES = 4 * HEADER_WORDS, NO_RESERVED_BYTES = 16, MOST_BYTES = 16 << 20, ADDED_BYTES = 1024 };

/* Names of the properties that are added. */
static const char added_names[] = "device_type\0reg\0bootargs\0stdout-path\0linux,initrd-start\0linux,initrd-end";

struct tree {
	/* the machine's */
	const uint8_t *old;
	uint32_t at, end; /* in its structure */
	uint32_t strings, strings_bytes;
	/* the guest's */
	uint8_t *new;
	uint32_t bytes;
	/* read on the way */
	uint32_t address_cells, size_cells; /* of the root */
	const char *console;                /* the old stdout-path, or NULL */
	uint32_t console_bytes;
};

static uint32_t number_at(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* What is in the structure begins at multiples of four bytes. */
static uint32_t padded(uint32_t bytes)
{
	return (bytes + 3) & ~3u;
}

/* ---- Writing ---- */

static void put(struct tree *t, const void *bytes, uint32_t count)
{
	memcpy(t->new + t->bytes, bytes, count);
	t->bytes += padded(count); /* the room is zeroed */
}

static void put_number(struct tree *t, uint32_t value)
{
	uint32_t big = __builtin_bswap32(value);

	put(t, &big, sizeof big);
}

static void put_cells(struct tree *t, uint64_t value, uint32_t cells)
{
	for (uint32_t cell = cells; cell; cell--)
		put_number(t, cell > 2 ? 0 : (uint32_t)(value >> 32 * (cell - 1)));
}

/* Where the name stands: the strings are the old ones, then added_names. */
static uint32_t name_of(const struct tree *t, const char *name)
{
	const char *at = added_names;

	while (strcmp(at, name) != 0)
		at += strlen(at) + 1;
	return padded(t->strings_bytes) + (uint32_t)(at - added_names);
}

static void put_header_of_property(struct tree *t, const char *name, uint32_t bytes)
{
	put_number(t, PROPERTY);
	put_number(t, bytes);
	put_number(t, name_of(t, name));
}

static void put_text(struct tree *t, const char *name, const char *text)
{
	uint32_t bytes = (uint32_t)strlen(text) + 1;

	put_header_of_property(t, name, bytes);
	put(t, text, bytes);
}

static void put_address(struct tree *t, const char *name, uint64_t address)
{
	put_header_of_property(t, name, 8);
	put_cells(t, address, 2);
}

static void begin_node(struct tree *t, const char *name)
{
	put_number(t, BEGIN_NODE);
	put(t, name, (uint32_t)strlen(name) + 1);
}

static void put_memory(struct tree *t, const struct hobnail_boot *boot)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < boot->memory_map.count; i++)
		count += access_of(hobnail_entry(boot, &boot->memory_map, i)) == ACCESS_MEMORY;
	begin_node(t, "memory");
	put_text(t, "device_type", "memory");
	put_header_of_property(t, "reg", 4 * count * (t->address_cells + t->size_cells));
	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *range = hobnail_entry(boot, &boot->memory_map, i);
		if (access_of(range) != ACCESS_MEMORY)
			continue;
		put_cells(t, range->base, t->address_cells);
		put_cells(t, range->bytes, t->size_cells);
	}
	put_number(t, END_NODE);
}

static void put_chosen(struct tree *t, const char *cmdline, struct span initrd)
{
	begin_node(t, "chosen");
	put_text(t, "bootargs", cmdline);
	if (t->console) {
		put_header_of_property(t, "stdout-path", t->console_bytes);
		put(t, t->console, t->console_bytes);
	}
	if (initrd.bytes) {
		put_address(t, "linux,initrd-start", initrd.base);
		put_address(t, "linux,initrd-end", initrd.base + initrd.bytes);
	}
	put_number(t, END_NODE);
}

/* ---- Reading ---- */

/* The next `bytes` of the structure, which begin a token or belong to one. */
static const uint8_t *take(struct tree *t, uint32_t bytes)
{
	const uint8_t *at = t->old + t->at;

	if (bytes > t->end - t->at)
		give_up("the device tree is cut");
	t->at = min_u64(t->end, t->at + ((bytes + 3) & ~3ull));
	return at;
}

static bool is_replaced(const char *node)
{
	return strcmp(node, "chosen") == 0 || strcmp(node, "memory") == 0 || strncmp(node, "memory@", 7) == 0;
}

/* Facts that the added nodes need. */
static void note_property(struct tree *t, unsigned depth, uint32_t name, const uint8_t *value, uint32_t bytes)
{
	const char *text = (const char *)t->old + t->strings + name;

	if (name >= t->strings_bytes || !memchr(text, 0, t->strings_bytes - name))
		give_up("the device tree has a property without a name");
	if (depth == 1 && bytes == 4 && strcmp(text, "#address-cells") == 0)
		t->address_cells = number_at(value);
	if (depth == 1 && bytes == 4 && strcmp(text, "#size-cells") == 0)
		t->size_cells = number_at(value);
	if (t->address_cells - 1 > 1 || t->size_cells - 1 > 1)
		give_up("the device tree has addresses or sizes of other than one or two cells");
	if (depth == 2 && strcmp(text, "stdout-path") == 0) { /* only /chosen has one */
		t->console = (const char *)value;
		t->console_bytes = bytes;
	}
}

/* One token, and all that belongs to it. Returns the token; *node is the name of a node that begins. */
static uint32_t read_token(struct tree *t, unsigned depth, const char **node)
{
	uint32_t token = number_at(take(t, 4));

	if (token == BEGIN_NODE) {
		const uint8_t *end = memchr(t->old + t->at, 0, t->end - t->at);
		if (!end)
			give_up("the device tree has a node without a name");
		*node = (const char *)take(t, (uint32_t)(end + 1 - (t->old + t->at)));
	} else if (token == PROPERTY) {
		const uint8_t *header = take(t, 8);
		uint32_t bytes = number_at(header);
		note_property(t, depth, number_at(header + 4), take(t, bytes), bytes);
	}
	return token;
}

static void copy_structure(struct tree *t, const struct guest *g, struct span initrd)
{
	unsigned depth = 0, left_out = 0; /* the depth of the node that is left out, or 0 */

	for (;;) {
		uint32_t from = t->at;
		const char *node = "";
		uint32_t token = read_token(t, depth, &node);
		if (token == END)
			break;
		depth += token == BEGIN_NODE;
		if (token == BEGIN_NODE && depth == 2 && is_replaced(node))
			left_out = depth;
		if (token == END_NODE && depth == 1) {
			put_memory(t, g->boot);
			put_chosen(t, g->image.cmdline, initrd);
		}
		if (!left_out)
			put(t, t->old + from, t->at - from);
		if (token != END_NODE)
			continue;
		if (depth == left_out)
			left_out = 0;
		if (depth-- == 0)
			give_up("the device tree ends a node that has not begun");
	}
	if (depth)
		give_up("the device tree has a node without an end");
	put_number(t, END);
}

/* ---- The whole ---- */

/* Devicetree Specification, "Flattened Devicetree (DTB) Format": within 16 MiB no sum wraps. */
static void check_header(const struct file *old)
{
	const uint8_t *at = old->at;

	if (old->bytes < HEADER_BYTES || old->bytes > MOST_BYTES ||
	    !range_within(number_at(at + 4 * STRUCT_AT), number_at(at + 4 * STRUCT_BYTES), old->bytes) ||
	    !range_within(number_at(at + 4 * STRINGS_AT), number_at(at + 4 * STRINGS_BYTES), old->bytes))
		give_up("the device tree's header is broken");
}

/* Header, no reserved memory, structure, strings. */
static void write_header(struct tree *t, uint32_t structure_end)
{
	uint32_t words[HEADER_WORDS] = {
		[STRUCT_AT] = HEADER_BYTES + NO_RESERVED_BYTES,
		[STRUCT_BYTES] = structure_end - HEADER_BYTES - NO_RESERVED_BYTES,
		[STRINGS_AT] = structure_end,
		[STRINGS_BYTES] = t->bytes - structure_end,
		[RESERVED_AT] = HEADER_BYTES,
		[TOTAL_BYTES] = t->bytes,
	};

	memcpy(t->new, t->old, HEADER_BYTES); /* magic, versions, boot processor */
	for (unsigned i = 0; i < HEADER_WORDS; i++) {
		uint32_t big = __builtin_bswap32(words[i]);
		if (big)
			memcpy(t->new + 4 * i, &big, sizeof big);
	}
}

uint64_t tree_write(struct guest *g, const struct file *old, struct span initrd)
{
	const struct hobnail_boot *boot = g->boot;
	uint64_t phys, added = ADDED_BYTES + strlen(g->image.cmdline) +
	                       sizeof(struct span) * boot->memory_map.count;

	check_header(old);
	struct tree t = {
		.old = old->at,
		.at = number_at(old->at + 4 * STRUCT_AT),
		.end = number_at(old->at + 4 * STRUCT_AT) + number_at(old->at + 4 * STRUCT_BYTES),
		.strings = number_at(old->at + 4 * STRINGS_AT),
		.strings_bytes = number_at(old->at + 4 * STRINGS_BYTES),
		.new = room_take(g, old->bytes + added, PAGE_BYTES, &phys),
		.bytes = HEADER_BYTES + NO_RESERVED_BYTES,
		.address_cells = 2,
		.size_cells = 1,
	};
	copy_structure(&t, g, initrd);
	uint32_t structure_end = t.bytes;
	put(&t, t.old + t.strings, t.strings_bytes);
	put(&t, added_names, sizeof added_names);
	write_header(&t, structure_end);
	return phys;
}
