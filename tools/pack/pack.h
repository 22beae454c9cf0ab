/* pack.h — the other half of core/packed.h: from texts to bits. */
#ifndef PACK_H
#define PACK_H

#include "packed.h"

struct pack {
	unsigned rows; /* as in struct packed */
	size_t bytes;  /* of bits             */
	uint8_t bits[11 * PACKED_MAX_ROWS + 4]; /* seven bits a row, and one that is least likely takes 12 */
};

/* Pack `bytes` bytes of ASCII texts that each end with a NUL. The same texts give the same bits. False: *why says what is
 * wrong with them. */
bool pack(const char *texts, size_t bytes, struct pack *out, const char **why);

#endif
