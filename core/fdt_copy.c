/* fdt_copy.c — a copy of a device tree for kernels that have memory from elsewhere. */
#include "fdt_node.h"

#include <string.h>

static bool is_memory(const char *name)
{
	return memcmp(name, "memory", 6) == 0 && (!name[6] || name[6] == '@');
}

/* "Lexical structure": FDT_NOP tokens are ignored. */
static void blank_node(const struct fdt *f, uint32_t node, uint8_t *to)
{
	unsigned depth = 0;
	uint32_t end = node;
	struct fdt_token t;

	do {
		if (!fdt_read_token(f, end, &t))
			return;
		depth += t.kind == FDT_BEGIN_NODE;
		depth -= t.kind == FDT_END_NODE;
		end = t.next;
	} while (depth);
	for (uint32_t at = node; at < end; at += 4)
		memcpy(to + at, (const uint8_t[]){ 0, 0, 0, FDT_NOP }, 4);
}

uint32_t fdt_without_memory(const struct fdt *f, void *to)
{
	uint32_t root = f->structure;
	struct fdt_token t;

	memcpy(to, f->blob, f->bytes);
	while (fdt_read_token(f, root, &t) && t.kind == FDT_NOP)
		root = t.next;
	for (uint32_t node = fdt_next_child(f, root, FDT_NONE); node != FDT_NONE; node = fdt_next_child(f, root, node))
		if (is_memory(fdt_node_name(f, node)))
			blank_node(f, node, to);
	return f->bytes;
}
