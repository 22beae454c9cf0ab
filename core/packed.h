/* packed.h — many short texts in few bytes: tools/pack makes them when the loader is built.
 *
 * The characters of all texts, each with the NUL that ends it, stand in the order of what precedes them in their text,
 * read backwards (the Burrows-Wheeler transform; each text begins as if after a NUL): what follows "segm" stands together,
 * and is nearly always the same. These rows are coded arithmetically, bit by bit, the highest of seven first. A bit's
 * probability is the mean of two that adapt: one follows what the last rows had, the other knows the row before.
 *
 * Opening takes some hundred instructions for each character that there is, and reading a text some thousand for each of
 * its own: this is for what is wanted when something is wrong. */
#ifndef CORE_PACKED_H
#define CORE_PACKED_H

#include "base.h"

enum {
	PACKED_CHARS = 128, /* ASCII */
	PACKED_CHAR_BITS = 7,
	PACKED_MAX_ROWS = 62 << 10,
	PACKED_BLOCK_ROWS = 2048, /* half of them are looked at for a character of a text */
	PACKED_BLOCKS = PACKED_MAX_ROWS / PACKED_BLOCK_ROWS,
};

/* What the coder believes while it goes from row to row. A bit of a character has its place among the 128 by the bits
 * above it, below a 1. */
struct packed_model {
	uint16_t recent[PACKED_CHARS];             /* 16 bits: how likely the bit is 1 */
	uint16_t after[PACKED_CHARS][PACKED_CHARS]; /* the same in 11 bits, after the character of the row before; below them
	                                               how often it was seen, up to 15 */
};

struct packed {
	uint16_t rows; /* at most PACKED_MAX_ROWS */
	uint8_t bits[];
};

struct packed_open {
	uint16_t first[PACKED_CHARS + 1];             /* the characters below this one, in all rows */
	uint16_t before[PACKED_BLOCKS][PACKED_CHARS]; /* this character, in the rows before a block */
	struct packed_model model;
	uint8_t row[PACKED_MAX_ROWS];
};

/* Begin with a model that knows nothing. */
void packed_model_init(struct packed_model *m);

/* How likely is a 1 for the bit at `place` after `last`? 1 to 65535, of 65536. */
static inline unsigned packed_likely(const struct packed_model *m, unsigned last, unsigned place)
{
	return (m->recent[place] + m->after[last][place]) / 2u;
}

/* It was `bit`. */
void packed_learn(struct packed_model *m, unsigned last, unsigned place, unsigned bit);

/* Make the texts of *p ready to be read; *o may hold anything. *p is what tools/pack made. */
void packed_open(const struct packed *p, struct packed_open *o);

/* Write text number `index`, NUL-terminated and cut to `size` bytes; the empty text when there is none of that number.
 * Returns the bytes written without the NUL. */
size_t packed_text(const struct packed_open *o, unsigned index, char *out, size_t size);

#endif
