/* fuzz.h — what every fuzz target has: its entry point, a check that ends it, and small numbers from the input. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static inline void require(bool condition)
{
	if (!condition)
		abort();
}

/* The input, for targets that make something of it: behind its end are zeros. */
struct input {
	const uint8_t *at;
	size_t left;
};

static inline uint64_t take(struct input *in, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes && in->left; i++, in->left--)
		value |= (uint64_t)*in->at++ << (8 * i);
	return value;
}

/* Below n, which is at most 256. */
static inline unsigned pick(struct input *in, unsigned n)
{
	return (unsigned)take(in, 1) % n;
}

/* A copy in memory of exactly its size, so that a read past its end is seen. */
static inline uint8_t *copy_of(const void *data, size_t bytes)
{
	uint8_t *copy = malloc(bytes ? bytes : 1);

	require(copy != NULL);
	if (bytes)
		memcpy(copy, data, bytes);
	return copy;
}

#endif
