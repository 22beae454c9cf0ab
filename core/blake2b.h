/* blake2b.h — RFC 7693, "The BLAKE2 Cryptographic Hash and Message Authentication Code (MAC)": BLAKE2b-512 without a
 * key. Pure. */
#ifndef CORE_BLAKE2B_H
#define CORE_BLAKE2B_H

#include "base.h"

enum { BLAKE2B_BYTES = 64 };

void blake2b(const void *data, uint64_t bytes, uint8_t out[BLAKE2B_BYTES]);

#endif
