/* pack.h — the other half of core/packed.h: from texts to units. */
#ifndef PACK_H
#define PACK_H

#include "packed.h"

enum {
	PACK_MAX_BYTES = UINT16_MAX - 2 * PACKED_MAX_PAIRS,
	PACK_MAX_UNITS = UINT16_MAX,
};

struct pack {
	unsigned pairs, units; /* as in struct packed */
	size_t bytes;          /* of bits             */
	uint8_t bits[(PACK_MAX_UNITS * PACKED_UNIT_BITS + 7) / 8];
};

/* Pack `bytes` bytes of ASCII texts that each end with a NUL: byte-pair encoding, where the most frequent pair of
 * neighbours becomes a unit of its own, again and again, as long as that saves anything. The same texts give the same
 * bits. False: *why says what is wrong with them. */
bool pack(const char *texts, size_t bytes, struct pack *out, const char **why);

#endif
