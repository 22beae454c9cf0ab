/* Any bytes as a device path, and as the header of a GPT: a partition that is found has its node where the disk's part
 * of the path ends, and an entry that has a place is the numbered one and lies in a block. What is not found changes
 * nothing. Six bytes before them are the size of a block and the number of the entry. */
#include "fuzz.h"
#include "partition.h"

/* Nodes that begin in the first 2048 bytes are read, and the last one is the end. */
enum { PATH_BYTES = 2047 + 4, HEADER_BYTES = 512 };

/* `count` bytes, with zeros behind the input. */
static uint8_t *padded(const uint8_t *data, size_t bytes, size_t count)
{
	uint8_t *copy = calloc(1, count);

	require(copy != NULL);
	if (bytes)
		memcpy(copy, data, bytes < count ? bytes : count);
	return copy;
}

static uint64_t little(const uint8_t *at, unsigned bytes)
{
	struct input in = { at, bytes };

	return take(&in, bytes);
}

static void read_path(const uint8_t *data, size_t bytes)
{
	uint8_t *path = padded(data, bytes, PATH_BYTES);
	struct partition found, before;
	char text[PARTITION_ID_CHARS];
	uint32_t disk_bytes = 77, path_bytes = device_path_bytes(path);

	require(path_bytes < 2048 && (!path_bytes || (path[path_bytes] == 0x7f && path[path_bytes + 1] == 0xff)));
	memset(&found, 0x55, sizeof found);
	before = found;
	if (partition_of_path(path, &found, &disk_bytes)) {
		const uint8_t *node = path + disk_bytes;
		require(disk_bytes + 42 <= path_bytes && node[0] == 4 && node[1] == 1 && little(node + 2, 2) >= 42);
		require(found.number && found.number == little(node + 4, 4));
		require(!found.in_gpt || memcmp(found.id, node + 24, sizeof found.id) == 0);
		size_t used = partition_id_text(found.id, text);
		require((used == 0 || used == 36) && strlen(text) == used);
	} else {
		require(memcmp(&found, &before, sizeof found) == 0 && disk_bytes == 77);
	}
	free(path);
}

static void read_header(const uint8_t *data, size_t bytes, uint32_t block_bytes, uint32_t number)
{
	uint8_t *header = padded(data, bytes, HEADER_BYTES);
	struct partition_place at = { 77, 77 };

	if (partition_place(header, block_bytes, number, &at)) {
		uint64_t first = little(header + 72, 8), entry_bytes = little(header + 84, 4);
		require(number && number <= little(header + 80, 4) && entry_bytes >= PARTITION_ENTRY_BYTES);
		require(at.block >= first && at.offset + PARTITION_ENTRY_BYTES <= block_bytes);
		require((at.block - first) * block_bytes + at.offset == (number - 1) * entry_bytes);
	} else {
		require(at.block == 77 && at.offset == 77);
	}
	free(header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	uint32_t block_bytes = (uint32_t)take(&in, 2), number = (uint32_t)take(&in, 4);

	read_path(in.at, in.left);
	read_header(in.at, in.left, block_bytes, number);
	return 0;
}
