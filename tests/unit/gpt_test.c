#include "../../cli/image/gpt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"

/* CRC-32 by the bits of the message, first the lowest of each byte: a long division, unlike the table's maker's. */
static uint32_t remainder_of(const uint8_t *bytes, size_t count)
{
	uint32_t r = 0xffffffff, reflected = 0;

	for (size_t i = 0; i < 8 * count; i++) {
		uint32_t bit = bytes[i / 8] >> i % 8 & 1;
		r = (r >> 31 ^ bit) ? r << 1 ^ 0x04c11db7 : r << 1;
	}
	for (int i = 0; i < 32; i++)
		reflected |= (r >> i & 1) << (31 - i);
	return ~reflected;
}

static void expect_header(const struct gpt *g, const uint8_t *header, const uint8_t *entries, uint64_t at,
                          uint64_t other, uint64_t entries_at)
{
	uint64_t entry_sectors = GPT_ENTRIES_BYTES / g->sector_bytes;
	uint8_t copy[92];

	assert_memory_equal(header, "EFI PART\0\0\1\0\x5c\0\0", 15);
	memcpy(copy, header, sizeof(copy));
	memset(copy + 16, 0, 4);
	assert_int_equal(read_le32(header + 16), remainder_of(copy, sizeof(copy)));
	assert_int_equal(read_le64(header + 24), at);
	assert_int_equal(read_le64(header + 32), other);
	assert_int_equal(read_le64(header + 40), 2 + entry_sectors);
	assert_int_equal(read_le64(header + 48), g->disk_sectors - entry_sectors - 2);
	assert_memory_equal(header + 56, "\x4e\x42\x4f\x48\x49\x41\x00\x4c\x80\0\0\0\0\0\0\x01",
	                    16); /* the same on every disk */
	assert_int_equal(read_le64(header + 72), entries_at);
	assert_int_equal(read_le32(header + 80), 128);
	assert_int_equal(read_le32(header + 84), 128);
	assert_int_equal(read_le32(header + 88), remainder_of(entries, GPT_ENTRIES_BYTES));
	for (size_t i = 92; i < g->sector_bytes; i++)
		assert_int_equal(header[i], 0);
}

static void expect_gpt(unsigned sector_bytes, uint64_t disk_bytes)
{
	struct gpt g = { sector_bytes, disk_bytes / sector_bytes, MIB(1) / sector_bytes, MIB(48) / sector_bytes };
	uint64_t last = g.disk_sectors - 1, entry_sectors = GPT_ENTRIES_BYTES / sector_bytes;
	uint8_t head[GPT_MAX_BYTES], tail[GPT_MAX_BYTES];
	const uint8_t *entries = head + 2 * sector_bytes;

	assert_int_equal(gpt_head(&g, head), 2 * sector_bytes + GPT_ENTRIES_BYTES);
	assert_int_equal(gpt_tail(&g, tail), sector_bytes + GPT_ENTRIES_BYTES);
	assert_memory_equal(head + 510, "\x55\xaa", 2);
	assert_int_equal(head[450], 0xee);
	assert_int_equal(read_le32(head + 454), 1);
	assert_int_equal(read_le32(head + 458), last < UINT32_MAX ? last : UINT32_MAX);
	expect_header(&g, head + sector_bytes, entries, 1, last, 2);
	expect_header(&g, tail + GPT_ENTRIES_BYTES, tail, last, 1, last - entry_sectors);
	assert_memory_equal(entries, tail, GPT_ENTRIES_BYTES);
	assert_memory_equal(entries, "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b", 16);
	assert_int_equal(read_le64(entries + 32), g.first);
	assert_int_equal(read_le64(entries + 40), g.first + g.sectors - 1);
	assert_memory_equal(entries + 16, "\x4e\x42\x4f\x48\x49\x41\x00\x4c\x80\0\0\0\0\0\0\x02", 16);
	assert_memory_equal(entries + 56, "H\0o\0b\0n\0a\0i\0l\0\0", 16);
	for (size_t i = 128; i < GPT_ENTRIES_BYTES; i++)
		assert_int_equal(entries[i], 0);
}

static void gpt_is_as_uefi_has_it(void **state)
{
	(void)state;
	expect_gpt(512, MIB(50));
	expect_gpt(4096, MIB(274));
	expect_gpt(512, GIB(4096)); /* more sectors than the MBR can say */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gpt_is_as_uefi_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
