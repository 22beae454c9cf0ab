#include "packed.h"

struct writer {
	const struct packed *packed;
	char *out;
	size_t size;
	size_t used;
};

/* Ten bits lie in two bytes wherever they begin: at an even bit. */
static unsigned unit_at(const struct packed *p, unsigned i)
{
	const uint8_t *at = p->bits + i * PACKED_UNIT_BITS / 8;

	return ((unsigned)at[0] | (unsigned)at[1] << 8) >> i * PACKED_UNIT_BITS % 8 & ((1u << PACKED_UNIT_BITS) - 1);
}

/* A pair is made of units that stood before it, so this ends. */
static void put_unit(struct writer *w, unsigned unit)
{
	if (unit >= PACKED_FIRST_PAIR) {
		unsigned pair = 2 * (unit - PACKED_FIRST_PAIR);
		put_unit(w, unit_at(w->packed, pair));
		put_unit(w, unit_at(w->packed, pair + 1));
	} else if (w->used + 1 < w->size) {
		w->out[w->used++] = (char)unit;
	}
}

size_t packed_text(const struct packed *p, unsigned index, char *out, size_t size)
{
	struct writer w = { p, out, size, 0 };

	for (unsigned i = 2u * p->pairs; i < p->units; i++) {
		unsigned unit = unit_at(p, i);
		if (unit == 0 && index-- == 0)
			break;
		if (unit != 0 && index == 0)
			put_unit(&w, unit);
	}
	if (size)
		out[w.used] = 0;
	return w.used;
}
