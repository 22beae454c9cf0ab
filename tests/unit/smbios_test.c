/* SMBIOS entry points, whole and cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tables.h"

enum { AT = 0x4321 };

static uint8_t *memory; /* exactly as long as it says */
static uint64_t memory_bytes;

static const void *map(void *context, paddr at, uint64_t bytes)
{
	(void)context;
	return at >= AT && range_within(at - AT, bytes, memory_bytes) ? memory + (at - AT) : NULL;
}

static bool opens(const void *bytes, uint64_t count, struct smbios *out)
{
	memory = malloc(count ? count : 1);
	assert_non_null(memory);
	memcpy(memory, bytes, count);
	memory_bytes = count;
	bool found = smbios_open((struct table_reader){ map, NULL }, AT, out);
	free(memory);
	return found;
}

static const uint8_t wide[25] = "_SM3_\0\x19\3\7\0\1\0\x78\x56\0\0\xf0\xde\xbc\x9a\x78\x56\x34\x12";
static const uint8_t narrow[31] = "_SM_\0\x1f\2\x08\0\0\0\0\0\0\0\0_DMI_\0\x34\x12\x78\x56\x34\x12\1\0\x28";

static void both_entry_points_lead_to_the_table(void **state)
{
	struct smbios out;

	(void)state;
	assert_true(opens(wide, sizeof wide, &out));
	assert_int_equal(out.version[0] << 8 | out.version[1], 0x0307);
	assert_int_equal(out.entry.base, AT);
	assert_int_equal(out.entry.bytes, 25);
	assert_int_equal(out.table.base, 0x123456789abcdef0);
	assert_int_equal(out.table.bytes, 0x5678);
	assert_true(opens(narrow, sizeof narrow, &out));
	assert_int_equal(out.version[0] << 8 | out.version[1], 0x0208);
	assert_int_equal(out.entry.bytes, 31);
	assert_int_equal(out.table.base, 0x12345678);
	assert_int_equal(out.table.bytes, 0x1234);
}

/* Somebody copies all of an entry point: its last byte has to be there, too. */
static void what_is_cut_or_no_entry_point_is_none(void **state)
{
	struct smbios out = { .table = { 3, 4 } };
	uint8_t other[32] = "_SM_", almost[32] = "_SM3-";

	(void)state;
	for (uint64_t bytes = 0; bytes < sizeof wide; bytes++)
		assert_false(opens(wide, bytes, &out));
	for (uint64_t bytes = 0; bytes < sizeof narrow; bytes++)
		assert_false(opens(narrow, bytes, &out));
	for (unsigned i = 0; i < 4; i++) {
		other[i] ^= 1;
		assert_false(opens(other, sizeof other, &out));
		other[i] ^= 1;
	}
	assert_false(opens(almost, sizeof almost, &out));
	assert_int_equal(out.table.bytes, 4);
	/* A length that is too small is the smallest there is. */
	assert_true(opens(other, sizeof other, &out));
	assert_int_equal(out.entry.bytes, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_entry_points_lead_to_the_table),
		cmocka_unit_test(what_is_cut_or_no_entry_point_is_none),
	};

	return cmocka_run_group_tests_name("smbios", tests, NULL, NULL);
}
