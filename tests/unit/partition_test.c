#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base.h"
#include "partition.h"

enum { HARD_DRIVE_BYTES = 42 };

static size_t put_node(uint8_t *at, uint8_t type, uint8_t sub_type, uint16_t bytes)
{
	memset(at, 0, bytes);
	at[0] = type;
	at[1] = sub_type;
	at[2] = (uint8_t)bytes;
	at[3] = (uint8_t)(bytes >> 8);
	return bytes;
}

static size_t put_partition(uint8_t *at, uint32_t number, uint8_t format, uint8_t signature_type)
{
	put_node(at, 4, 1, HARD_DRIVE_BYTES);
	memcpy(at + 4, &number, 4);
	memset(at + 24, (int)(0x10 + number), 16);
	at[40] = format;
	at[41] = signature_type;
	return HARD_DRIVE_BYTES;
}

/* In memory of exactly its size, so that ASan sees a read past its end. */
static bool reads(const uint8_t *path, size_t bytes, struct partition *out, uint32_t *disk_bytes)
{
	uint8_t *copy = malloc(bytes);

	assert_non_null(copy);
	memcpy(copy, path, bytes);
	bool found = partition_of_path(copy, out, disk_bytes);
	free(copy);
	return found;
}

static void a_path_names_its_partition(void **state)
{
	uint8_t path[256];
	struct partition p;
	uint32_t disk;
	size_t used = put_node(path, 2, 1, 12);

	(void)state;
	used += put_partition(path + used, 3, 2, 2);
	used += put_node(path + used, 0x7f, 0xff, 4);
	assert_true(reads(path, used, &p, &disk));
	assert_int_equal(p.number, 3);
	assert_true(p.in_gpt);
	assert_int_equal(p.id[0], 0x13);
	assert_int_equal(p.id[15], 0x13);
	assert_int_equal(p.disk_signature, 0);
	assert_int_equal(disk, 12);
}

static void a_partition_of_an_mbr_has_no_id(void **state)
{
	uint8_t path[64];
	struct partition p;
	uint32_t disk;
	size_t used = put_partition(path, 1, 1, 1);

	(void)state;
	used += put_node(path + used, 0x7f, 0xff, 4);
	assert_true(reads(path, used, &p, &disk));
	assert_false(p.in_gpt);
	assert_int_equal(p.id[0], 0);
	assert_int_equal(p.disk_signature, 0x11111111);
	assert_int_equal(disk, 0);
}

static void a_path_has_an_end(void **state)
{
	static uint8_t path[4096];
	size_t used = put_node(path, 2, 1, 12);

	(void)state;
	used += put_node(path + used, 0x7f, 1, 4); /* the end of an instance */
	used += put_node(path + used, 4, 4, 500);
	put_node(path + used, 0x7f, 0xff, 4);
	assert_int_equal(device_path_bytes(path), 516);
	put_node(path, 0x7f, 0xff, 4);
	assert_int_equal(device_path_bytes(path), 0);
	put_node(path, 4, 4, 2047);
	put_node(path + 2047, 0x7f, 0xff, 4);
	assert_int_equal(device_path_bytes(path), 2047);
	put_node(path, 4, 4, 2048);
	put_node(path + 2048, 0x7f, 0xff, 4);
	assert_int_equal(device_path_bytes(path), 0);
}

static void a_path_may_lead_to_an_optical_disk(void **state)
{
	uint8_t path[64];
	size_t used = put_node(path, 2, 1, 12), media = used;

	(void)state;
	used += put_node(path + used, 4, 2, 24);
	put_node(path + used, 0x7f, 0xff, 4);
	assert_true(partition_is_optical(path));
	path[media + 1] = 3;
	assert_false(partition_is_optical(path));
	path[media + 1] = 2, path[media] = 3;
	assert_false(partition_is_optical(path));
	path[2] = 3; /* a node shorter than its head */
	path[media] = 4;
	assert_false(partition_is_optical(path));
}

static void other_paths_name_none(void **state)
{
	static uint8_t path[65 * 64];
	struct partition p = { .number = 77 };
	uint32_t disk = 77;
	size_t used = put_node(path, 2, 1, 12);

	(void)state;
	used += put_node(path + used, 0x7f, 0xff, 4);
	assert_false(reads(path, used, &p, &disk)); /* a disk's */
	put_partition(path, 2, 2, 2);
	put_node(path + HARD_DRIVE_BYTES, 0, 0, 4);
	path[HARD_DRIVE_BYTES + 2] = 3;
	assert_false(reads(path, HARD_DRIVE_BYTES + 4, &p, &disk)); /* a node shorter than its head */
	put_partition(path, 0, 2, 2);
	put_node(path + HARD_DRIVE_BYTES, 0x7f, 0xff, 4);
	assert_false(reads(path, HARD_DRIVE_BYTES + 4, &p, &disk)); /* partition 0 is the whole disk */
	put_partition(path, 2, 2, 2);
	path[2] = HARD_DRIVE_BYTES - 1;
	put_node(path + HARD_DRIVE_BYTES - 1, 0x7f, 0xff, 4);
	assert_false(reads(path, HARD_DRIVE_BYTES + 3, &p, &disk)); /* ... cut short */
	for (used = 0; used < 64 * 4; )
		used += put_node(path + used, 1, 1, 4);
	put_node(path + used, 0x7f, 0xff, 4);
	assert_false(reads(path, used + 4, &p, &disk)); /* without an end that is believed */
	assert_int_equal(p.number, 77);
	assert_int_equal(disk, 77);
}

/* UEFI 2.10, "GPT Header" (§5.3.2) */
static void put_header(uint8_t *header, uint64_t first, uint32_t count, uint32_t entry_bytes)
{
	memset(header, 0, 512);
	memcpy(header, "EFI PART", 8);
	memcpy(header + 72, &first, 8);
	memcpy(header + 80, &count, 4);
	memcpy(header + 84, &entry_bytes, 4);
}

static void the_gpt_has_an_entry_for_each(void **state)
{
	struct partition_place at = { 77, 77 };
	uint8_t header[512];

	(void)state;
	put_header(header, 2, 128, 128);
	assert_true(partition_place(header, 512, 1, &at));
	assert_int_equal(at.block, 2);
	assert_int_equal(at.offset, 0);
	assert_true(partition_place(header, 512, 128, &at));
	assert_int_equal(at.block, 2 + 31);
	assert_int_equal(at.offset, 384);
	assert_true(partition_place(header, 4096, 34, &at));
	assert_int_equal(at.block, 3);
	assert_int_equal(at.offset, 128);
	put_header(header, 2, 128, 256);
	assert_true(partition_place(header, 512, 4, &at));
	assert_int_equal(at.block, 3);
	assert_int_equal(at.offset, 256);
}

static void what_is_no_gpt_has_none(void **state)
{
	struct partition_place at = { 77, 77 };
	uint8_t header[512];

	(void)state;
	put_header(header, 2, 128, 128);
	assert_false(partition_place(header, 512, 0, &at));
	assert_false(partition_place(header, 512, 129, &at));
	assert_false(partition_place(header, 256, 1, &at));
	put_header(header, 2, 128, 64);
	assert_false(partition_place(header, 512, 1, &at));
	put_header(header, 2, 128, 200); /* the third one would end in another block */
	assert_true(partition_place(header, 512, 2, &at));
	assert_false(partition_place(header, 512, 3, &at));
	put_header(header, UINT64_MAX, 128, 128);
	assert_false(partition_place(header, 512, 5, &at));
	put_header(header, 2, 128, 128);
	header[0] = 'e';
	at = (struct partition_place){ 77, 77 };
	assert_false(partition_place(header, 512, 1, &at));
	assert_int_equal(at.block, 77);
}

static void an_entry_is_of_its_partition(void **state)
{
	struct partition p = { .number = 2, .in_gpt = true };
	uint8_t entry[PARTITION_ENTRY_BYTES] = { 0 };

	(void)state;
	memset(p.id, 0x12, sizeof p.id);
	memcpy(entry, partition_xbootldr, 16);
	memset(entry + 16, 0x12, 16);
	assert_true(partition_has_type(entry, &p, partition_xbootldr));
	entry[16] = 0x13;
	assert_false(partition_has_type(entry, &p, partition_xbootldr));
	entry[16] = 0x12;
	entry[0] ^= 1;
	assert_false(partition_has_type(entry, &p, partition_xbootldr));
}

static void an_id_is_written_as_people_do(void **state)
{
	char text[PARTITION_ID_CHARS];
	uint8_t none[16] = { 0 };

	(void)state;
	assert_int_equal(partition_id_text(partition_xbootldr, text), 36);
	assert_string_equal(text, "bc13c2ff-59e6-4262-a352-b275fd6f7172");
	assert_int_equal(partition_id_text(none, text), 0);
	assert_string_equal(text, "");
	none[15] = 1;
	assert_int_equal(partition_id_text(none, text), 36);
	assert_string_equal(text, "00000000-0000-0000-0000-000000000001");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_names_its_partition),
		cmocka_unit_test(a_partition_of_an_mbr_has_no_id),
		cmocka_unit_test(a_path_has_an_end),
		cmocka_unit_test(a_path_may_lead_to_an_optical_disk),
		cmocka_unit_test(other_paths_name_none),
		cmocka_unit_test(the_gpt_has_an_entry_for_each),
		cmocka_unit_test(what_is_no_gpt_has_none),
		cmocka_unit_test(an_entry_is_of_its_partition),
		cmocka_unit_test(an_id_is_written_as_people_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
