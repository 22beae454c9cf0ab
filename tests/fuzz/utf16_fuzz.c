/* Text there and back: what converts comes back the same; nothing is written behind a buffer. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "utf16.h"

static void there_and_back(const char *text, size_t size, size_t capacity)
{
	uint16_t *wide = calloc(capacity + 1, sizeof *wide);
	char *again = calloc(size + 1, 1);
	size_t units = 0, bytes = 0;
	struct problem p;

	require(wide && again);
	wide[capacity] = 0xeeee;
	enum err e = utf16_from_utf8(text, size, wide, capacity, &units, &p);
	require(wide[capacity] == 0xeeee);
	if (e)
		require(p.code == e && p.offset <= size);
	else
		require(utf8_from_utf16(wide, units, again, size + 1, &bytes, NULL) == OK && bytes == size &&
		        memcmp(again, text, size) == 0);
	free(wide);
	free(again);
}

/* Any 16-bit units become well-formed UTF-8. */
static void from_firmware(const uint8_t *data, size_t size)
{
	size_t units = size / 2, bytes = 0;
	uint16_t *wide = calloc(units + 1, sizeof *wide), *again = calloc(units + 1, sizeof *again);
	char *text = calloc(3 * units + 1, 1);

	require(wide && again && text);
	memcpy(wide, data, 2 * units);
	require(utf8_from_utf16(wide, units, text, 3 * units + 1, &bytes, NULL) == OK);
	require(strlen(text) == bytes);
	require(utf16_from_utf8(text, bytes, again, units + 1, NULL, NULL) == OK);
	if (bytes)
		require(utf8_from_utf16(wide, units, text, bytes, NULL, NULL) == ERR_FULL);
	free(wide);
	free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	there_and_back((const char *)data + 1, size - 1, data[0]);
	there_and_back((const char *)data + 1, size - 1, size);
	from_firmware(data + 1, size - 1);
	return 0;
}
