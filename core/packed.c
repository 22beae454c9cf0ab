#include "packed.h"

#include <string.h>

/* ---- The model ------------------------------------------------------------------------------------------------- */

enum { SEEN_BITS = 5, SEEN_MOST = 15, LIKELY_MOST = 0xffff >> SEEN_BITS };

void packed_model_init(struct packed_model *m)
{
	for (unsigned i = 0; i < PACKED_CHARS; i++) {
		m->recent[i] = 1u << 15;
		for (unsigned last = 0; last < PACKED_CHARS; last++)
			m->after[last][i] = 1u << 15;
	}
}

/* Neither gets to a certainty: a step is always smaller than what is left. */
void packed_learn(struct packed_model *m, unsigned last, unsigned place, unsigned bit)
{
	uint16_t *recent = &m->recent[place], *after = &m->after[last][place];
	int likely = *after >> SEEN_BITS, seen = *after & ((1 << SEEN_BITS) - 1);

	*recent = (uint16_t)((*recent + (bit ? 0x10000u : 1u)) / 2);
	likely += ((bit ? LIKELY_MOST : 0) - likely) * 2 / (2 * seen + 3);
	*after = (uint16_t)(likely << SEEN_BITS | (seen + (seen < SEEN_MOST)));
}

/* ---- Rows ------------------------------------------------------------------------------------------------------ */

/* An arithmetic decoder: `code` lies in [0, range), of which the lower part stands for a 1. */
struct decoder {
	const uint8_t *next;
	uint32_t range, code;
};

static unsigned next_bit(struct decoder *d, unsigned likely)
{
	uint32_t ones = (d->range >> 16) * likely;
	unsigned bit = d->code < ones;

	d->code -= bit ? 0 : ones;
	d->range = bit ? ones : d->range - ones;
	for (; d->range < 1u << 24; d->range <<= 8)
		d->code = d->code << 8 | *d->next++;
	return bit;
}

static uint8_t next_char(struct decoder *d, struct packed_model *m, unsigned last)
{
	unsigned place = 1;

	while (place < PACKED_CHARS) {
		unsigned bit = next_bit(d, packed_likely(m, last, place));
		packed_learn(m, last, place, bit);
		place = place << 1 | bit;
	}
	return (uint8_t)(place - PACKED_CHARS);
}

void packed_open(const struct packed *p, struct packed_open *o)
{
	struct decoder d = { p->bits, 0, 0 };
	uint8_t last = 0;

	packed_model_init(&o->model);
	memset(o->first, 0, sizeof o->first);
	for (unsigned i = 0; i < 4; i++)
		d.code = d.code << 8 | *d.next++;
	d.range = ~0u;
	for (unsigned i = 0; i < p->rows; i++) {
		if (i % PACKED_BLOCK_ROWS == 0)
			memcpy(o->before[i / PACKED_BLOCK_ROWS], o->first + 1, sizeof o->before[0]);
		last = o->row[i] = next_char(&d, &o->model, last);
		o->first[last + 1]++;
	}
	for (unsigned i = 0; i < PACKED_CHARS; i++)
		o->first[i + 1] = (uint16_t)(o->first[i + 1] + o->first[i]);
}

/* ---- Texts ----------------------------------------------------------------------------------------------------- */

/* Rows after the same character are in the order of the rows that held it. */
static unsigned row_after(const struct packed_open *o, unsigned row)
{
	uint8_t c = o->row[row];
	unsigned block = row / PACKED_BLOCK_ROWS, next = o->first[c] + o->before[block][c];

	for (unsigned i = block * PACKED_BLOCK_ROWS; i < row; i++)
		next += o->row[i] == c;
	return next;
}

size_t packed_text(const struct packed_open *o, unsigned index, char *out, size_t size)
{
	bool is_one = index < o->first[1]; /* a NUL ends each, and rows after a NUL are first: each text's first character */
	size_t used = 0;

	for (unsigned row = index; is_one && used + 1 < size && o->row[row]; row = row_after(o, row))
		out[used++] = (char)o->row[row];
	if (size)
		out[used] = 0;
	return used;
}
