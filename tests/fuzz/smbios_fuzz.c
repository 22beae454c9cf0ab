/* Any bytes as the memory in which SMBIOS entry points are looked for: what is found lies there, is one, and leads
 * where it says; what is not found changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "tables.h"

struct memory {
	const uint8_t *bytes;
	uint64_t length;
};

static const void *map(void *context, paddr at, uint64_t bytes)
{
	const struct memory *m = context;

	require(bytes != 0 && bytes <= 255);
	return range_within(at, bytes, m->length) ? m->bytes + at : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const struct smbios before = { { 1, 2 }, { 3, 4 }, { 5, 6 } };
	struct smbios out;

	if (!bytes)
		return 0;
	paddr at = data[0] % 64;
	uint8_t *copy = copy_of(data + 1, bytes - 1);
	struct memory m = { copy, bytes - 1 };
	memcpy(&out, &before, sizeof out);
	if (!smbios_open((struct table_reader){ map, &m }, at, &out)) {
		require(memcmp(&out, &before, sizeof out) == 0);
	} else {
		const uint8_t *e = copy + at;
		bool wide = memcmp(e, "_SM3_", 5) == 0;
		require(wide || memcmp(e, "_SM_", 4) == 0);
		require(out.entry.base == at && out.entry.bytes >= (wide ? 24 : 30) && out.entry.bytes <= 255);
		require(range_within(at, out.entry.bytes, m.length));
		require(out.table.base == (wide ? read_le64(e + 16) : read_le32(e + 24)));
		require(out.table.bytes == (wide ? read_le32(e + 12) : read_le16(e + 22)));
		require(memcmp(out.version, e + (wide ? 7 : 6), 2) == 0);
	}
	free(copy);
	return 0;
}
