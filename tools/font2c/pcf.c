/* pcf.c — X11's Portable Compiled Format, the part that a fixed-width font needs.
 *
 * Facts from the FontForge documentation, "The X11 PCF bitmap font file format". A file is a directory of tables; each
 * begins with its format word, whose bits say how it is stored. Everything here may lie: reads past the end of a table
 * give 0 and mark it, and sizes are checked before they are used. */
#include "font2c.h"

#include <string.h>

enum { /* types of tables */
	PCF_ACCELERATORS = 1 << 1,
	PCF_METRICS = 1 << 2,
	PCF_BITMAPS = 1 << 3,
	PCF_ENCODINGS = 1 << 5,
};

enum { /* bits of a table's format */
	PCF_PAD = 3 << 0,         /* log2 of the bytes to which a row of a glyph is padded */
	PCF_BYTES_MSB = 1 << 2,   /* numbers are big-endian                                */
	PCF_BITS_MSB = 1 << 3,    /* the leftmost pixel is the highest bit                 */
	PCF_UNIT = 3 << 4,        /* log2 of the bytes that the byte order is about        */
	PCF_COMPRESSED = 1 << 8,  /* metrics are bytes                                     */
};

struct table {
	const uint8_t *data; /* from its format word on */
	size_t bytes;
	uint32_t format;
	bool overrun;        /* something past its end was asked for */
};

struct metrics {
	int left, right, width, ascent, descent;
};

static uint32_t number(const uint8_t *at, unsigned bytes, bool big)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n |= (uint32_t)at[i] << 8 * (big ? bytes - 1 - i : i);
	return n;
}

static uint32_t get(struct table *t, uint64_t offset, unsigned bytes)
{
	if (offset > t->bytes || t->bytes - offset < bytes) {
		t->overrun = true;
		return 0;
	}
	return number(t->data + offset, bytes, t->format & PCF_BYTES_MSB);
}

static int get_signed(struct table *t, uint64_t offset)
{
	return (int16_t)(uint16_t)get(t, offset, 2);
}

/* The directory: magic, count, then {type, format, bytes, offset} each, little-endian. */
static bool table_find(const uint8_t *file, size_t bytes, uint32_t type, struct table *out)
{
	if (bytes < 8 || memcmp(file, "\1fcp", 4) != 0)
		return false;
	for (uint64_t i = 0, count = number(file + 4, 4, false); i < count && 8 + 16 * (i + 1) <= bytes; i++) {
		const uint8_t *entry = file + 8 + 16 * i;
		uint32_t size = number(entry + 8, 4, false), offset = number(entry + 12, 4, false);

		if (number(entry, 4, false) != type)
			continue;
		if (size < 4 || offset > bytes || bytes - offset < size)
			return false;
		*out = (struct table){ file + offset, size, number(file + offset, 4, false), false };
		return true;
	}
	return false;
}

/* Two-byte codes: a row of the table for each high byte. ASCII has the high byte 0. */
static bool glyph_of(struct table *encodings, unsigned character, uint32_t *glyph)
{
	uint32_t first = get(encodings, 4, 2), last = get(encodings, 6, 2), row = get(encodings, 8, 2);

	if (row != 0 || character < first || character > last)
		return false;
	*glyph = get(encodings, 14 + 2 * (uint64_t)(character - first), 2);
	return !encodings->overrun && *glyph != 0xffff;
}

static struct metrics metrics_of(struct table *t, uint32_t glyph)
{
	if (t->format & PCF_COMPRESSED) { /* a 16-bit count, then five bytes each, 0x80 meaning 0 */
		uint64_t at = 6 + 5 * (uint64_t)glyph;
		return (struct metrics){
			(int)get(t, at, 1) - 0x80,     (int)get(t, at + 1, 1) - 0x80, (int)get(t, at + 2, 1) - 0x80,
			(int)get(t, at + 3, 1) - 0x80, (int)get(t, at + 4, 1) - 0x80,
		};
	}
	uint64_t at = 8 + 12 * (uint64_t)glyph; /* a 32-bit count, then six 16-bit numbers each */
	return (struct metrics){
		get_signed(t, at),     get_signed(t, at + 2), get_signed(t, at + 4),
		get_signed(t, at + 6), get_signed(t, at + 8),
	};
}

/* One pixel of a glyph's bitmap that begins at byte `at`. */
static bool pixel(struct table *t, uint64_t at, unsigned row_bytes, unsigned x, unsigned y)
{
	unsigned unit = 1u << ((t->format & PCF_UNIT) >> 4), byte = x / 8;
	bool bits_msb = t->format & PCF_BITS_MSB, bytes_msb = t->format & PCF_BYTES_MSB;

	if (bits_msb != bytes_msb)
		byte ^= unit - 1; /* bytes within a unit lie the other way round */
	uint32_t bits = get(t, at + (uint64_t)y * row_bytes + byte, 1);
	return bits >> (bits_msb ? 7 - x % 8 : x % 8) & 1;
}

/* Put the glyph's ink where it belongs in the cell. */
static bool glyph_draw(struct table *bitmaps, uint32_t glyph, const struct metrics *m, int ascent, struct cells *c,
                       uint32_t *rows)
{
	int width = m->right - m->left, height = m->ascent + m->descent, top = ascent - m->ascent;
	uint32_t count = get(bitmaps, 4, 4);

	if (glyph >= count || width < 0 || height < 0 || m->left < 0 || m->right > (int)c->width || top < 0 ||
	    top + height > (int)c->height)
		return false;
	uint64_t at = 8 + 4 * (uint64_t)count + 16 + get(bitmaps, 8 + 4 * (uint64_t)glyph, 4);
	unsigned pad = 1u << (bitmaps->format & PCF_PAD), row_bytes = ((unsigned)width + 8 * pad - 1) / (8 * pad) * pad;

	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			if (pixel(bitmaps, at, row_bytes, (unsigned)x, (unsigned)y))
				rows[top + y] |= 0x80000000u >> (m->left + x);
	return !bitmaps->overrun;
}

bool pcf_read(const uint8_t *file, size_t bytes, struct cells *out, const char **why)
{
	struct table accelerators, metrics, bitmaps, encodings;
	struct cells c = { 0 };
	uint32_t glyph;

	if (!table_find(file, bytes, PCF_ACCELERATORS, &accelerators) ||
	    !table_find(file, bytes, PCF_METRICS, &metrics) || !table_find(file, bytes, PCF_BITMAPS, &bitmaps) ||
	    !table_find(file, bytes, PCF_ENCODINGS, &encodings)) {
		*why = "this is not a whole PCF font";
		return false;
	}
	uint32_t ascent = get(&accelerators, 12, 4), descent = get(&accelerators, 16, 4);
	if (accelerators.overrun || ascent > CELL_SIDE_MOST || descent > CELL_SIDE_MOST - ascent ||
	    ascent + descent == 0) {
		*why = "its lines are higher than 32 pixels, or have no height";
		return false;
	}
	c.height = ascent + descent;
	for (unsigned i = 0; i < CHARACTERS; i++) {
		if (!glyph_of(&encodings, FIRST_CHARACTER + i, &glyph)) {
			*why = "it lacks a printable ASCII character";
			return false;
		}
		struct metrics m = metrics_of(&metrics, glyph);
		if (metrics.overrun || m.width <= 0 || m.width > CELL_SIDE_MOST ||
		    (i > 0 && (unsigned)m.width != c.width)) {
			*why = "its characters are not all equally wide, or wider than 32 pixels";
			return false;
		}
		c.width = (unsigned)m.width;
		if (!glyph_draw(&bitmaps, glyph, &m, (int)ascent, &c, c.rows[i])) {
			*why = "a character lies outside of its cell, or its bitmap outside of the file";
			return false;
		}
	}
	*out = c;
	return true;
}
