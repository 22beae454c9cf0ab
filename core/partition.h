/* partition.h — partitions of a disk: the nodes of device paths that name them, and entries of the GPT. Pure.
 *
 *   Bytes     little-endian, as firmware and disk have them; nothing need be aligned
 *   Sources   UEFI 2.10, "Hard Drive" (§10.3.5.1), "CD-ROM Media Device Path" (§10.3.5.2), "GPT Partition Entry
 *             Array" (§5.3.3) */
#ifndef CORE_PARTITION_H
#define CORE_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PARTITION_ENTRY_BYTES = 128, PARTITION_ID_CHARS = 37 };

/* Types, as an entry of the GPT has them. */
extern const uint8_t partition_xbootldr[16]; /* UAPI.2 Discoverable Partitions Specification */

struct partition {
	uint32_t number; /* from 1                               */
	bool in_gpt;     /* else in an MBR, or nobody knows where */
	uint8_t id[16];  /* zeros: it has none                   */
	uint32_t disk_signature; /* in the disk's MBR; 0: it has none */
};

/* The bytes of a device path before its end. 0: it is empty, or does not end within 64 nodes and 2048 bytes. */
uint32_t device_path_bytes(const uint8_t *path);

/* The last partition that a device path names. *disk_bytes: of the path before its node, the disk's.
 *   false: there is none */
bool partition_of_path(const uint8_t *path, struct partition *out, uint32_t *disk_bytes);

/* The id as people write it, with its NUL. Returns the bytes before that; 0: it has none, and the text is empty. */
size_t partition_id_text(const uint8_t id[16], char out[PARTITION_ID_CHARS]);

/* Does the path lead to an optical disk? */
bool partition_is_optical(const uint8_t *path);

/* Where the GPT has the entry of a partition. `header`: block 1 of the disk.
 *   false: there is no GPT, or no such entry in it, or one that does not lie in a block */
struct partition_place {
	uint64_t block;
	uint32_t offset;
};
bool partition_place(const uint8_t *header, uint32_t block_bytes, uint32_t number, struct partition_place *out);

/* Is this the partition's entry, and of this type? `entry`: PARTITION_ENTRY_BYTES */
bool partition_has_type(const uint8_t *entry, const struct partition *partition, const uint8_t type[16]);

#endif
