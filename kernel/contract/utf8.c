#include "utf8.h"

/* The number of bytes that follow this first byte; negative: it is not a first byte. */
static int following(uint8_t first)
{
	if (first == 0)
		return -1;
	if (first < 0x80)
		return 0;
	if (first >= 0xc2 && first <= 0xdf)
		return 1;
	if (first >= 0xe0 && first <= 0xef)
		return 2;
	if (first >= 0xf0 && first <= 0xf4)
		return 3;
	return -1;
}

/* The second byte has a narrower range after some first bytes: no overlong forms, no surrogates, nothing past
 * U+10FFFF. */
static bool second_fits(uint8_t first, uint8_t second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second <= 0x9f;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second <= 0x8f;
	default:
		return true;
	}
}

bool utf8_valid(const char *text, uint64_t bytes)
{
	const uint8_t *t = (const uint8_t *)text;

	for (uint64_t i = 0; i < bytes;) {
		int more = following(t[i]);
		if (more < 0 || (uint64_t)more >= bytes - i)
			return false;
		if (more > 0 && !second_fits(t[i], t[i + 1]))
			return false;
		for (int k = 1; k <= more; k++)
			if ((t[i + (unsigned)k] & 0xc0) != 0x80)
				return false;
		i += 1 + (unsigned)more;
	}
	return true;
}
