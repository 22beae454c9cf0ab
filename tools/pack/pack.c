#include "pack.h"

#include <string.h>

enum {
	UNITS = 1 << PACKED_UNIT_BITS,
	LEAST_USES = 3, /* a pair costs two units, and each use saves one */
};

/* How often two units stand side by side; zero between calls of most_frequent(). */
static uint16_t uses[UNITS][UNITS];

/* Neighbours that can become one: never across the end of a text. Of three equal units in a row only two can. */
static bool can_join(const uint16_t *units, size_t i)
{
	bool run = units[i] == units[i + 1];
	size_t before = 0;

	while (run && i > before && units[i - before - 1] == units[i])
		before++;
	return units[i] && units[i + 1] && before % 2 == 0;
}

static unsigned most_frequent(const uint16_t *units, size_t count, uint16_t pair[2])
{
	unsigned most = 0;

	for (size_t i = 0; i + 1 < count; i++)
		if (can_join(units, i) && ++uses[units[i]][units[i + 1]] > most) {
			most = uses[units[i]][units[i + 1]];
			pair[0] = units[i];
			pair[1] = units[i + 1];
		}
	for (size_t i = 0; i + 1 < count; i++)
		uses[units[i]][units[i + 1]] = 0;
	return most;
}

static size_t replace(uint16_t *units, size_t count, const uint16_t pair[2], uint16_t by)
{
	size_t out = 0;

	for (size_t i = 0; i < count; out++) {
		bool here = i + 1 < count && units[i] == pair[0] && units[i + 1] == pair[1];
		units[out] = here ? by : units[i];
		i += here ? 2 : 1;
	}
	return out;
}

static void put_bits(struct pack *p, const uint16_t *units)
{
	p->bytes = (p->units * PACKED_UNIT_BITS + 7) / 8;
	memset(p->bits, 0, p->bytes);
	for (size_t i = 0; i < p->units; i++)
		for (size_t bit = 0; bit < PACKED_UNIT_BITS; bit++) {
			size_t at = i * PACKED_UNIT_BITS + bit;
			p->bits[at / 8] |= (uint8_t)((units[i] >> bit & 1) << at % 8);
		}
}

bool pack(const char *texts, size_t bytes, struct pack *out, const char **why)
{
	static uint16_t all[PACK_MAX_UNITS], units[PACK_MAX_BYTES];
	size_t count = bytes;

	if (bytes > PACK_MAX_BYTES || (bytes && texts[bytes - 1])) {
		*why = "there are too many texts, or the last one has no end";
		return false;
	}
	for (size_t i = 0; i < bytes; i++) {
		units[i] = (unsigned char)texts[i];
		if (units[i] >= PACKED_FIRST_PAIR) {
			*why = "a character is not ASCII";
			return false;
		}
	}
	for (out->pairs = 0; out->pairs < PACKED_MAX_PAIRS; out->pairs++) {
		uint16_t *pair = all + 2 * out->pairs;
		if (most_frequent(units, count, pair) < LEAST_USES)
			break;
		count = replace(units, count, pair, (uint16_t)(PACKED_FIRST_PAIR + out->pairs));
	}
	memcpy(all + 2 * out->pairs, units, count * sizeof units[0]);
	out->units = (unsigned)(2 * out->pairs + count);
	put_bits(out, all);
	return true;
}
