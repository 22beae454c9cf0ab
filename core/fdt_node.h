/* fdt_node.h — nodes and properties of a flattened device tree: core/fdt.c reads them for core/fdt_machine.c.
 *
 * A node is the offset of its FDT_BEGIN_NODE token in the blob; FDT_NONE is no node. Pointers into the blob are
 * valid as long as the blob is. Section titles are those of the Devicetree Specification, release 0.4. */
#ifndef CORE_FDT_NODE_H
#define CORE_FDT_NODE_H

#include "tables.h"

enum { FDT_MAX_DEPTH = 32, FDT_NONE = 0 };

/* "Structure Block", "Lexical structure" */
enum { FDT_BEGIN_NODE = 1, FDT_END_NODE = 2, FDT_PROP = 3, FDT_NOP = 4, FDT_END = 9 };

struct fdt_token {
	uint32_t kind;
	uint32_t next;       /* offset of the token after it                         */
	const char *name;    /* FDT_BEGIN_NODE, FDT_PROP; NUL-terminated in the blob */
	const uint8_t *data; /* FDT_PROP                                             */
	uint32_t bytes;      /* of data                                              */
};

/* Read the token at this offset of the blob. false: it does not lie in the structure block, or is no token. */
bool fdt_read_token(const struct fdt *f, uint32_t at, struct fdt_token *t);

/* ---- Nodes and properties ------------------------------------------------------------------------------ */

struct fdt_property {
	const uint8_t *data; /* NULL: the node has none of this name */
	uint32_t bytes;
};

/* The child that follows `previous`; with FDT_NONE the first. */
uint32_t fdt_next_child(const struct fdt *f, uint32_t node, uint32_t previous);
/* "": it has none. */
const char *fdt_node_name(const struct fdt *f, uint32_t node);
/* The child of the root with this name, or FDT_NONE. */
uint32_t fdt_child_of_root(const struct fdt *f, const char *name);

struct fdt_property fdt_property(const struct fdt *f, uint32_t node, const char *name);
/* A property that is one cell. */
uint32_t fdt_cell(const struct fdt *f, uint32_t node, const char *name, uint32_t fallback);
/* Is `text` one of the strings of this list? */
bool fdt_lists(struct fdt_property p, const char *text);
bool fdt_is_compatible(const struct fdt *f, uint32_t node, const char *with);
/* "Standard Properties", "status": absent means okay; "ok" is an old spelling. */
bool fdt_is_okay(const struct fdt *f, uint32_t node);

/* ---- Places and addresses ------------------------------------------------------------------------------ */

/* A node with everything above it: node[0] is the root, node[depth] the node itself. */
struct fdt_place {
	unsigned depth;
	uint32_t node[FDT_MAX_DEPTH];
};

/* "/chosen Node", stdout-path: a path, or an alias, either followed by ":" and options. */
bool fdt_find_stdout(const struct fdt *f, struct fdt_place *out);
/* The first node that has one of these compatibles and is not disabled. */
bool fdt_find_compatible(const struct fdt *f, const char *const *with, unsigned count, struct fdt_place *out);

struct fdt_cells { /* for the nodes below a node */
	uint32_t address;
	uint32_t size;
};

/* The way from a node's `reg` up to the processor, the same for each of its addresses: looked up once. */
struct fdt_way {
	struct fdt_property reg;
	unsigned depth;                            /* of the node                                */
	struct fdt_cells cells[FDT_MAX_DEPTH];     /* below node[0 .. depth - 1]                 */
	struct fdt_property ranges[FDT_MAX_DEPTH]; /* of node[1 .. depth - 1]: the buses between */
};

/* The number that `cells` cells make. */
uint64_t fdt_number(const uint8_t *at, uint32_t cells);
/* Absent "ranges" mean that there is no way. */
bool fdt_find_way(const struct fdt *f, const struct fdt_place *p, struct fdt_way *w);
/* An address beside the node's `reg`, as the processor sees it. */
bool fdt_reach(const struct fdt_way *w, uint64_t *address);
/* Entry `index` of a node's `reg`, its address as the processor sees it. The size of the last one may be missing:
 * 0. */
bool fdt_physical_span(const struct fdt_way *w, unsigned index, struct span *out);

#endif
