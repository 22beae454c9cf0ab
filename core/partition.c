#include "partition.h"

#include <string.h>

#include "base.h"
#include "format.h"

/* bc13c2ff-59e6-4262-a352-b275fd6f7172 */
const uint8_t partition_xbootldr[16] = { 0xff, 0xc2, 0x13, 0xbc, 0xe6, 0x59, 0x62, 0x42,
                                         0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72 };

/* ---- Device paths: UEFI 2.10, "Generic Device Path Structures" (§10.3.1) --------------------------------------- */

enum { NODE_HEAD_BYTES = 4, MEDIA = 4, HARD_DRIVE = 1, CD_ROM = 2, HARD_DRIVE_BYTES = 42, END = 0x7f, END_ENTIRE = 0xff,
       FORMAT_GPT = 2, SIGNATURE_MBR = 1, SIGNATURE_GUID = 2, MOST_NODES = 64, MOST_BYTES = 2048 };

static void read_node(const uint8_t *node, struct partition *out)
{
	bool has_guid = node[41] == SIGNATURE_GUID;

	*out = (struct partition){ .number = read_le32(node + 4), .in_gpt = node[40] == FORMAT_GPT && has_guid };
	if (has_guid)
		memcpy(out->id, node + 24, sizeof out->id);
	if (node[41] == SIGNATURE_MBR)
		out->disk_signature = read_le32(node + 24);
}

uint32_t device_path_bytes(const uint8_t *path)
{
	uint32_t at = 0;

	for (unsigned i = 0; i < MOST_NODES && at < MOST_BYTES; i++) {
		uint32_t bytes = read_le16(path + at + 2);
		if (path[at] == END && path[at + 1] == END_ENTIRE)
			return at;
		if (bytes < NODE_HEAD_BYTES)
			break;
		at += bytes;
	}
	return 0;
}

bool partition_of_path(const uint8_t *path, struct partition *out, uint32_t *disk_bytes)
{
	struct partition found = { 0 };
	uint32_t path_bytes = device_path_bytes(path), found_at = 0, bytes;

	for (uint32_t at = 0; at < path_bytes; at += bytes) {
		const uint8_t *node = path + at;
		bytes = read_le16(node + 2);
		if (node[0] == MEDIA && node[1] == HARD_DRIVE && bytes >= HARD_DRIVE_BYTES) {
			read_node(node, &found);
			found_at = at;
		}
	}
	if (!found.number)
		return false;
	*out = found;
	*disk_bytes = found_at;
	return true;
}

/* UEFI 2.10, "EFI GUID Format" (Appendix A): the first three fields are little-endian. */
size_t partition_id_text(const uint8_t id[16], char out[PARTITION_ID_CHARS])
{
	out[0] = '\0';
	if (!read_le64(id) && !read_le64(id + 8))
		return 0;
	return format(out, PARTITION_ID_CHARS, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", read_le32(id),
	              read_le16(id + 4), read_le16(id + 6), id[8], id[9], id[10], id[11], id[12], id[13], id[14],
	              id[15]);
}

bool partition_is_optical(const uint8_t *path)
{
	uint32_t path_bytes = device_path_bytes(path);

	for (uint32_t at = 0; at < path_bytes; at += read_le16(path + at + 2))
		if (path[at] == MEDIA && path[at + 1] == CD_ROM)
			return true;
	return false;
}

/* ---- The GPT --------------------------------------------------------------------------------------------------- */

bool partition_place(const uint8_t *header, uint32_t block_bytes, uint32_t number, struct partition_place *out)
{
	if (block_bytes < 512 || memcmp(header, "EFI PART", 8) != 0)
		return false;
	uint64_t first = read_le64(header + 72);
	uint32_t count = read_le32(header + 80), entry_bytes = read_le32(header + 84);
	if (!number || number > count || entry_bytes < PARTITION_ENTRY_BYTES)
		return false;
	uint64_t at = (uint64_t)(number - 1) * entry_bytes;
	uint32_t offset = (uint32_t)(at % block_bytes);
	if (offset + PARTITION_ENTRY_BYTES > block_bytes || !sum_fits(first, at / block_bytes))
		return false;
	*out = (struct partition_place){ first + at / block_bytes, offset };
	return true;
}

bool partition_has_type(const uint8_t *entry, const struct partition *partition, const uint8_t type[16])
{
	return memcmp(entry, type, 16) == 0 && memcmp(entry + 16, partition->id, 16) == 0;
}
