/* base.h — the few types and sums that every part of core/ shares. Pure; no state. */
#ifndef CORE_BASE_H
#define CORE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr; /* physical address */
typedef uint64_t vaddr; /* virtual address  */

enum { PAGE_BYTES = 4096, PAGE_SHIFT = 12 };

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)
#define TIB(n) ((uint64_t)(n) << 40)

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Half-open [base, base + bytes). */
struct span {
	uint64_t base;
	uint64_t bytes;
};

static inline bool is_power_of_two(uint64_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static inline bool is_aligned(uint64_t n, uint64_t alignment)
{
	return (n & (alignment - 1)) == 0;
}

static inline uint64_t align_down(uint64_t n, uint64_t alignment)
{
	return n & ~(alignment - 1);
}

/* Wraps to 0 above the last multiple: check with sum_fits() first where n is input. */
static inline uint64_t align_up(uint64_t n, uint64_t alignment)
{
	return align_down(n + alignment - 1, alignment);
}

/* Does a + b stay within 64 bits? */
static inline bool sum_fits(uint64_t a, uint64_t b)
{
	return a <= UINT64_MAX - b;
}

/* Does [base, base + bytes) lie within [0, limit)? */
static inline bool range_within(uint64_t base, uint64_t bytes, uint64_t limit)
{
	return base <= limit && bytes <= limit - base;
}

/* Do two ranges, neither of them wrapping, share a byte? Empty ranges share none. */
static inline bool ranges_overlap(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
	return a_bytes && b_bytes && (a < b ? b - a < a_bytes : a - b < b_bytes);
}

static inline uint64_t min_u64(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t max_u64(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* Checksum of firmware's tables: their bytes, added up, give 0. */
static inline bool sums_to_zero(const uint8_t *at, uint64_t bytes)
{
	uint8_t sum = 0;

	while (bytes--)
		sum = (uint8_t)(sum + *at++);
	return sum == 0;
}

/* Unaligned little-endian reads from a byte buffer. The caller has checked the length. */
static inline uint16_t read_le16(const void *at)
{
	const uint8_t *b = (const uint8_t *)at;
	return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t read_le32(const void *at)
{
	return read_le16(at) | (uint32_t)read_le16((const uint8_t *)at + 2) << 16;
}

static inline uint64_t read_le64(const void *at)
{
	return read_le32(at) | (uint64_t)read_le32((const uint8_t *)at + 4) << 32;
}

#endif
