/* packed.h — many short texts in few bytes: tools/pack makes them when the loader is built.
 *
 * All texts together are a row of units of 10 bits, the lowest bit first. A unit below 128 is a character of ASCII, and
 * 0 ends a text; any other stands for a pair of units. The pairs come first in the row, the one that unit 128 stands for
 * before all; then come the texts. Texts are found by counting, since this is for texts that are printed once. */
#ifndef CORE_PACKED_H
#define CORE_PACKED_H

#include "base.h"

enum {
	PACKED_UNIT_BITS = 10,
	PACKED_FIRST_PAIR = 128, /* the unit that stands for the first pair */
	PACKED_MAX_PAIRS = (1 << PACKED_UNIT_BITS) - PACKED_FIRST_PAIR,
};

struct packed {
	uint16_t pairs; /* each takes two units        */
	uint16_t units; /* those of the pairs included */
	uint8_t bits[];
};

/* Write text number `index`, NUL-terminated and cut to `size` bytes; the empty text when there is none of that number.
 * Returns the bytes written without the NUL. */
size_t packed_text(const struct packed *p, unsigned index, char *out, size_t size);

#endif
