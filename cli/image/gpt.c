#include "gpt.h"

#include <string.h>

#include "base.h"

/* UEFI 2.10, "GPT Disk Layout" (§5.3): a protective MBR, a header, 128 entries; entries and header again at the
 * end. */
enum { ENTRIES = 128, ENTRY_BYTES = 128, HEADER_BYTES = 92 };

static void put(uint8_t *to, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

/* The CRC of ISO/IEC 3309, polynomial 0xedb88320 (reflected), which UEFI uses for tables. */
static uint32_t crc32(const uint8_t *bytes, size_t count)
{
	uint32_t crc = ~0u;

	for (size_t i = 0; i < count; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* EFI_GUID: three numbers, little-endian, and eight bytes. */
static void put_guid(uint8_t *to, uint32_t a, uint16_t b, uint16_t c, const char *rest)
{
	put(to, a, 4);
	put(to + 4, b, 2);
	put(to + 6, c, 2);
	memcpy(to + 8, rest, 8);
}

static uint64_t entries_sectors(const struct gpt *g)
{
	return GPT_ENTRIES_BYTES / g->sector_bytes;
}

/* UEFI 2.10, "Protective MBR" (§5.2.3): one partition of type 0xee over all of the disk. */
static void put_mbr(const struct gpt *g, uint8_t *out)
{
	uint8_t *record = out + 446;

	memcpy(record, "\0\0\2\0\xee\xff\xff\xff", 8);
	put(record + 8, 1, 4);
	put(record + 12, min_u64(g->disk_sectors - 1, UINT32_MAX), 4);
	put(out + 510, 0xaa55, 2);
}

/* UEFI 2.10, "GPT Partition Entry Array" (§5.3.3) */
static void put_entries(const struct gpt *g, uint8_t *out)
{
	static const char name[] = "Hobnail";

	put_guid(out, 0xc12a7328, 0xf81f, 0x11d2, "\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b"); /* EFI system partition */
	put_guid(out + 16, 0x484f424e, 0x4149, 0x4c00, "\x80\x00\x00\x00\x00\x00\x00\x02");
	put(out + 32, g->first, 8);
	put(out + 40, g->first + g->sectors - 1, 8);
	for (size_t i = 0; name[i]; i++)
		put(out + 56 + 2 * i, (uint8_t)name[i], 2);
}

/* UEFI 2.10, "GPT Header" (§5.3.2). `at`: the header's sector; `entries_at`: the sector of the array `entries`. */
static void put_header(const struct gpt *g, const uint8_t *entries, uint64_t at, uint64_t entries_at, uint8_t *out)
{
	memcpy(out, "EFI PART", 8);
	put(out + 8, 0x10000, 4);
	put(out + 12, HEADER_BYTES, 4);
	put(out + 24, at, 8);
	put(out + 32, at == 1 ? g->disk_sectors - 1 : 1, 8);
	put(out + 40, 2 + entries_sectors(g), 8);
	put(out + 48, g->disk_sectors - 2 - entries_sectors(g), 8);
	put_guid(out + 56, 0x484f424e, 0x4149, 0x4c00, "\x80\x00\x00\x00\x00\x00\x00\x01");
	put(out + 72, entries_at, 8);
	put(out + 80, ENTRIES, 4);
	put(out + 84, ENTRY_BYTES, 4);
	put(out + 88, crc32(entries, GPT_ENTRIES_BYTES), 4);
	put(out + 16, crc32(out, HEADER_BYTES), 4);
}

size_t gpt_head(const struct gpt *g, uint8_t *out)
{
	uint8_t *entries = out + 2 * g->sector_bytes;

	memset(out, 0, GPT_MAX_BYTES);
	put_mbr(g, out);
	put_entries(g, entries);
	put_header(g, entries, 1, 2, out + g->sector_bytes);
	return 2 * g->sector_bytes + GPT_ENTRIES_BYTES;
}

size_t gpt_tail(const struct gpt *g, uint8_t *out)
{
	memset(out, 0, GPT_MAX_BYTES);
	put_entries(g, out);
	put_header(g, out, g->disk_sectors - 1, g->disk_sectors - 1 - entries_sectors(g), out + GPT_ENTRIES_BYTES);
	return GPT_ENTRIES_BYTES + g->sector_bytes;
}
