#include "blake2b.h"

#include <string.h>

enum { BLOCK_BYTES = 128, ROUNDS = 12 };

/* RFC 7693, "Parameter Blocks and Initialization Vector" (2.6): those of SHA-512 */
static const uint64_t initial[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* RFC 7693, "Message Schedule SIGMA" (2.7); rounds 10 and 11 are rounds 0 and 1 again. */
static const uint8_t sigma[10][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
	{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
	{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
	{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
	{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
};

static uint64_t rotated(uint64_t n, unsigned by)
{
	return n >> by | n << (64 - by);
}

/* "Mixing Function G" (3.1) */
static void mix(uint64_t v[16], unsigned a, unsigned b, unsigned c, unsigned d, uint64_t x, uint64_t y)
{
	v[a] += v[b] + x;
	v[d] = rotated(v[d] ^ v[a], 32);
	v[c] += v[d];
	v[b] = rotated(v[b] ^ v[c], 24);
	v[a] += v[b] + y;
	v[d] = rotated(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = rotated(v[b] ^ v[c], 63);
}

/* "Compression Function F" (3.2); `total`: bytes up to the end of this block */
static void compress(uint64_t h[8], const uint8_t block[BLOCK_BYTES], uint64_t total, bool last)
{
	uint64_t v[16], m[16];

	for (unsigned i = 0; i < 16; i++)
		m[i] = read_le64(block + 8 * i);
	for (unsigned i = 0; i < 8; i++) {
		v[i] = h[i];
		v[i + 8] = initial[i];
	}
	v[12] ^= total;
	v[14] = last ? ~v[14] : v[14];
	for (unsigned round = 0; round < ROUNDS; round++) {
		const uint8_t *s = sigma[round % 10];
		for (unsigned i = 0; i < 8; i++) {
			unsigned turn = i < 4 ? 0 : 1; /* columns, then diagonals */
			mix(v, i % 4, 4 + (i + turn) % 4, 8 + (i + 2 * turn) % 4, 12 + (i + 3 * turn) % 4,
			    m[s[2 * i]], m[s[2 * i + 1]]);
		}
	}
	for (unsigned i = 0; i < 8; i++)
		h[i] ^= v[i] ^ v[i + 8];
}

void blake2b(const void *data, uint64_t bytes, uint8_t out[BLAKE2B_BYTES])
{
	const uint8_t *at = data;
	uint8_t rest[BLOCK_BYTES] = { 0 };
	uint64_t h[8], done = 0;

	memcpy(h, initial, sizeof h);
	h[0] ^= 0x01010000 ^ BLAKE2B_BYTES; /* no key, one leaf */
	for (; bytes - done > BLOCK_BYTES; done += BLOCK_BYTES)
		compress(h, at + done, done + BLOCK_BYTES, false);
	if (bytes)
		memcpy(rest, at + done, bytes - done);
	compress(h, rest, bytes, true);
	for (unsigned i = 0; i < BLAKE2B_BYTES; i++)
		out[i] = (uint8_t)(h[i / 8] >> 8 * (i % 8));
}
