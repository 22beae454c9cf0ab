#include "utf16.h"

enum { REPLACEMENT = 0xfffd, CODE_LAST = 0x10ffff };

static bool is_surrogate(uint32_t code)
{
	return code >= 0xd800 && code <= 0xdfff;
}

/* The Unicode Standard, "UTF-8" (D92): lead byte, number of bytes, and the least code point that needs as many. */
static const struct {
	uint8_t mask, lead, bytes;
	uint32_t least;
} forms[] = {
	{ 0x80, 0x00, 1, 0 },
	{ 0xe0, 0xc0, 2, 0x80 },
	{ 0xf0, 0xe0, 3, 0x800 },
	{ 0xf8, 0xf0, 4, 0x10000 },
};

size_t utf8_next(const char *text, size_t bytes, uint32_t *code)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t f = 0;

	if (!bytes)
		return 0;
	while (f < COUNT_OF(forms) && (s[0] & forms[f].mask) != forms[f].lead)
		f++;
	if (f == COUNT_OF(forms) || bytes < forms[f].bytes)
		return 0;
	uint32_t c = s[0] & (uint8_t)~forms[f].mask;
	for (size_t i = 1; i < forms[f].bytes; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < forms[f].least || c > CODE_LAST || is_surrogate(c))
		return 0;
	if (code)
		*code = c;
	return forms[f].bytes;
}

enum err utf16_from_utf8(const char *text, size_t bytes, uint16_t *out, size_t capacity, size_t *units,
                         struct problem *p)
{
	size_t used = 0;

	for (size_t at = 0; at < bytes;) {
		uint32_t code;
		size_t length = utf8_next(text + at, bytes - at, &code);
		if (!length || !code)
			return problem_at(p, ERR_TEXT, at);
		size_t need = code >= 0x10000 ? 2 : 1;
		if (capacity - used <= need || !capacity)
			return problem_at(p, ERR_FULL, at, capacity);
		if (need == 2) {
			out[used++] = (uint16_t)(0xd800 + ((code - 0x10000) >> 10));
			code = 0xdc00 + (code & 0x3ff);
		}
		out[used++] = (uint16_t)code;
		at += length;
	}
	if (!capacity)
		return problem_at(p, ERR_FULL, bytes, capacity);
	out[used] = 0;
	if (units)
		*units = used;
	return OK;
}

/* Read one code point of well-formed or broken UTF-16; returns its units. */
static size_t utf16_next(const uint16_t *text, size_t units, uint32_t *code)
{
	uint32_t high = text[0], low = units > 1 ? text[1] : 0;

	if (high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff) {
		*code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
		return 2;
	}
	*code = is_surrogate(high) ? REPLACEMENT : high;
	return 1;
}

static size_t put_utf8(char *out, uint32_t code)
{
	size_t f = 0;

	while (f + 1 < COUNT_OF(forms) && code >= forms[f + 1].least)
		f++;
	for (size_t i = forms[f].bytes; --i; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(forms[f].lead | code);
	return forms[f].bytes;
}

enum err utf8_from_utf16(const uint16_t *text, size_t units, char *out, size_t capacity, size_t *bytes,
                         struct problem *p)
{
	size_t used = 0;

	for (size_t at = 0; at < units && text[at];) {
		char piece[4];
		uint32_t code;
		at += utf16_next(text + at, units - at, &code);
		size_t length = put_utf8(piece, code);
		if (capacity - used <= length || !capacity)
			return problem_at(p, ERR_FULL, at, capacity);
		for (size_t i = 0; i < length; i++)
			out[used++] = piece[i];
	}
	if (!capacity)
		return problem(p, ERR_FULL, capacity);
	out[used] = 0;
	if (bytes)
		*bytes = used;
	return OK;
}
