#include "string.h"

#include <stdint.h>

/* A 64-bit word that may alias anything; used only at its natural alignment. */
typedef uint64_t __attribute__((may_alias)) word;

enum { WORD = sizeof(word) };

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	return memmove(to, from, bytes);
}

/* All are read before the first is written: the compiler may use wider loads and stores. */
static inline void copy_four(word *to, const word *from)
{
	word a = from[0], b = from[1], c = from[2], d = from[3];

	to[0] = a, to[1] = b, to[2] = c, to[3] = d;
}

static void copy_up(uint8_t *to, const uint8_t *from, size_t bytes)
{
	if ((uintptr_t)to % WORD == (uintptr_t)from % WORD) {
		for (; bytes && (uintptr_t)to % WORD; bytes--)
			*to++ = *from++;
		for (; bytes >= 16 * WORD; bytes -= 16 * WORD, to += 16 * WORD, from += 16 * WORD)
			for (unsigned i = 0; i < 16; i += 4)
				copy_four((word *)(void *)to + i, (const word *)(const void *)from + i);
		for (; bytes >= WORD; bytes -= WORD, to += WORD, from += WORD)
			*(word *)(void *)to = *(const word *)(const void *)from;
	}
	for (; bytes; bytes--)
		*to++ = *from++;
}

static void copy_down(uint8_t *to, const uint8_t *from, size_t bytes)
{
	to += bytes;
	from += bytes;
	if ((uintptr_t)to % WORD == (uintptr_t)from % WORD) {
		for (; bytes && (uintptr_t)to % WORD; bytes--)
			*--to = *--from;
		for (; bytes >= WORD; bytes -= WORD) {
			to -= WORD;
			from -= WORD;
			*(word *)(void *)to = *(const word *)(const void *)from;
		}
	}
	for (; bytes; bytes--)
		*--to = *--from;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	if ((uintptr_t)to - (uintptr_t)from >= bytes)
		copy_up(to, from, bytes);
	else
		copy_down(to, from, bytes);
	return to;
}

void *memset(void *at, int byte, size_t bytes)
{
	uint8_t *to = at;
	word fill = 0x0101010101010101u * (uint8_t)byte;

	for (; bytes && (uintptr_t)to % WORD; bytes--)
		*to++ = (uint8_t)byte;
	for (; bytes >= 8 * WORD; bytes -= 8 * WORD, to += 8 * WORD) {
		word *d = (word *)(void *)to;
		d[0] = fill, d[1] = fill, d[2] = fill, d[3] = fill;
		d[4] = fill, d[5] = fill, d[6] = fill, d[7] = fill;
	}
	for (; bytes >= WORD; bytes -= WORD, to += WORD)
		*(word *)(void *)to = fill;
	for (; bytes; bytes--)
		*to++ = (uint8_t)byte;
	return at;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < bytes; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

void *memchr(const void *at, int byte, size_t bytes)
{
	const uint8_t *s = at;

	for (size_t i = 0; i < bytes; i++)
		if (s[i] == (uint8_t)byte)
			return (void *)(uintptr_t)&s[i];
	return NULL;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, (size_t)-1);
}

int strncmp(const char *a, const char *b, size_t most)
{
	for (size_t i = 0; i < most; i++) {
		if (a[i] != b[i])
			return (unsigned char)a[i] - (unsigned char)b[i];
		if (!a[i])
			return 0;
	}
	return 0;
}
