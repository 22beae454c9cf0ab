/* smbios.c — the addresses of the SMBIOS tables. Offsets are those of the SMBIOS Reference Specification 3.7
 * (DSP0134), "SMBIOS 2.1 (32-bit) Entry Point" and "SMBIOS 3.0 (64-bit) Entry Point". */
#include "tables.h"

#include <string.h>

static const struct entry_point {
	char anchor[6];
	uint8_t anchor_bytes, minimum;
	uint8_t length;        /* offset of the entry point's own length: a byte */
	uint8_t version;       /* offset of two bytes                            */
	uint8_t table_bytes;   /* offset of the table's length ...               */
	uint8_t table_address; /* ... and address                                */
	bool wide;             /* length of 4 bytes, address of 8; else 2 and 4  */
} kinds[] = {
	{ "_SM3_", 5, 24, 6, 7, 12, 16, true },
	{ "_SM_", 4, 30, 5, 6, 22, 24, false },
};

bool smbios_open(struct table_reader reader, paddr at, struct smbios *out)
{
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		const struct entry_point *k = &kinds[i];
		const uint8_t *e = reader.map(reader.context, at, k->minimum);

		if (!e || memcmp(e, k->anchor, k->anchor_bytes) != 0)
			continue;
		uint8_t bytes = (uint8_t)max_u64(e[k->length], k->minimum);
		if (!reader.map(reader.context, at, bytes))
			return false;
		*out = (struct smbios){
			.entry = { at, bytes }, .version = { e[k->version], e[k->version + 1] },
			.table = { k->wide ? read_le64(e + k->table_address) : read_le32(e + k->table_address),
			           k->wide ? read_le32(e + k->table_bytes) : read_le16(e + k->table_bytes) },
		};
		return true;
	}
	return false;
}
