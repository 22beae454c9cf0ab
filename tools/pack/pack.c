#include "pack.h"

#include <stdlib.h>
#include <string.h>

/* ---- The order of the rows ------------------------------------------------------------------------------------- */

/* What precedes two characters, read backwards to the beginning of their texts, and then their places. */
static int by_what_precedes(const void *a, const void *b)
{
	const char *first = *(const char *const *)a, *second = *(const char *const *)b;
	int by_place = (first > second) - (first < second);

	do {
		first--;
		second--;
	} while (*first == *second && *first);
	return *first == *second ? by_place : *first < *second ? -1 : 1;
}

/* ---- Bits ------------------------------------------------------------------------------------------------------- */

/* An arithmetic encoder: the decoder's code is what the bits say more than `low`. */
struct encoder {
	struct pack *out;
	uint64_t low;
	uint32_t range;
};

static void put_byte(struct encoder *e)
{
	uint8_t *at = e->out->bits + e->out->bytes;

	*at = (uint8_t)(e->low >> 24);
	while (e->low >> 32 && ++*--at == 0)
		; /* the carry */
	e->out->bytes++;
	e->low = e->low << 8 & 0xffffffff;
}

static void put_bit(struct encoder *e, unsigned likely, unsigned bit)
{
	uint32_t ones = (e->range >> 16) * likely;

	e->low += bit ? 0 : ones;
	e->range = bit ? ones : e->range - ones;
	for (; e->range < 1u << 24; e->range <<= 8)
		put_byte(e);
}

static void put_char(struct encoder *e, struct packed_model *m, unsigned last, unsigned c)
{
	unsigned place = 1;

	for (unsigned i = PACKED_CHAR_BITS; i-- > 0;) {
		unsigned bit = c >> i & 1;
		put_bit(e, packed_likely(m, last, place), bit);
		packed_learn(m, last, place, bit);
		place = place << 1 | bit;
	}
}

bool pack(const char *texts, size_t bytes, struct pack *out, const char **why)
{
	static char all[1 + PACKED_MAX_ROWS]; /* a NUL stands before the first, too */
	static const char *row[PACKED_MAX_ROWS];
	static struct packed_model model;
	struct encoder e = { out, 0, ~0u };

	if (bytes > PACKED_MAX_ROWS || (bytes && texts[bytes - 1])) {
		*why = "there are too many texts, or the last one has no end";
		return false;
	}
	memcpy(all + 1, texts, bytes);
	for (size_t i = 0; i < bytes; i++) {
		row[i] = all + 1 + i;
		if ((unsigned char)texts[i] >= PACKED_CHARS) {
			*why = "a character is not ASCII";
			return false;
		}
	}
	qsort(row, bytes, sizeof row[0], by_what_precedes);
	packed_model_init(&model);
	out->rows = (unsigned)bytes;
	out->bytes = 0;
	for (size_t i = 0; i < bytes; i++)
		put_char(&e, &model, i ? (unsigned char)*row[i - 1] : 0, (unsigned char)*row[i]);
	for (unsigned i = 0; i < 4; i++)
		put_byte(&e);
	return true;
}
