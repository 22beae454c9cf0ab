/* tree.h — device trees for tests, written node by node: one at a time, whole or broken as the test likes. For one
 * file of a program: what it holds is static.
 *
 *   tree_begin(room);          no node yet, and room for so many bytes of structure, and of names
 *   open_node(""); CELLS("#address-cells", 2); ... close_node();
 *   word(9);                   the end of the structure
 *   blob = tree_blob(&bytes);  a heap block of exactly its length: the sanitizer sees every step past its end
 *   tree_end(); */
#ifndef TESTS_TREE_H
#define TESTS_TREE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"

/* Devicetree Specification v0.4, "Flattened Devicetree (DTB) Format": the header, and an empty list of reserved
 * memory. */
enum { HEADER = 40, TREE_STRUCTURE = HEADER + 16 };

static uint8_t *structure, *strings;
static uint32_t structure_used, strings_used;

static inline void be32_to(uint8_t *at, uint32_t n)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(n >> (24 - 8 * i));
}

static inline void tree_end(void)
{
	free(structure);
	free(strings);
	structure = strings = NULL;
}

static inline void tree_begin(uint32_t room)
{
	tree_end();
	structure = calloc(1, room);
	strings = calloc(1, room);
	structure_used = strings_used = 0;
	if (!structure || !strings)
		abort();
}

static inline void word(uint32_t n)
{
	be32_to(structure + structure_used, n);
	structure_used += 4;
}

static inline void put_bytes(const void *data, uint32_t length)
{
	memcpy(structure + structure_used, data, length);
	structure_used += length;
	while (structure_used % 4)
		structure[structure_used++] = 0;
}

static inline void open_node(const char *name)
{
	word(1);
	put_bytes(name, (uint32_t)strlen(name) + 1);
}

static inline void close_node(void)
{
	word(2);
}

static inline uint32_t name_at(const char *name)
{
	uint32_t at = strings_used;

	memcpy(strings + at, name, strlen(name) + 1);
	strings_used += (uint32_t)strlen(name) + 1;
	return at;
}

/* With a name that is in `strings`. */
static inline void prop_at(uint32_t name, const void *data, uint32_t length)
{
	word(3);
	word(length);
	word(name);
	put_bytes(data, length);
}

static inline void prop(const char *name, const void *data, uint32_t length)
{
	prop_at(name_at(name), data, length);
}

static inline void text(const char *name, const char *value)
{
	prop(name, value, (uint32_t)strlen(value) + 1);
}

static inline void cells(const char *name, unsigned count, const uint32_t *value)
{
	uint8_t *data = malloc(4 * count);

	if (!data)
		abort();
	for (unsigned i = 0; i < count; i++)
		be32_to(data + 4 * i, value[i]);
	prop(name, data, 4 * count);
	free(data);
}

#define CELLS(name, ...) \
	cells(name, COUNT_OF(((const uint32_t[]){ __VA_ARGS__ })), (const uint32_t[]){ __VA_ARGS__ })

/* Header, structure and strings together. The caller frees. */
static inline uint8_t *tree_blob(uint32_t *bytes)
{
	uint32_t total = TREE_STRUCTURE + structure_used + strings_used;
	const uint32_t header[] = { 0xd00dfeed, total, TREE_STRUCTURE, TREE_STRUCTURE + structure_used, HEADER, 17,
	                            16, 0, strings_used,
	                            structure_used };
	uint8_t *blob = calloc(1, total);

	if (!blob)
		abort();
	for (unsigned i = 0; i < COUNT_OF(header); i++)
		be32_to(blob + 4 * i, header[i]);
	memcpy(blob + TREE_STRUCTURE, structure, structure_used);
	memcpy(blob + TREE_STRUCTURE + structure_used, strings, strings_used);
	*bytes = total;
	return blob;
}

#endif
