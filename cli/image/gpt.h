/* gpt.h — a GPT with one EFI system partition, as bytes. Pure.
 *
 *   Units   sectors, of 512 or 4096 bytes
 *   Bytes   the same for the same partition: identifiers are fixed */
#ifndef CLI_GPT_H
#define CLI_GPT_H

#include <stddef.h>
#include <stdint.h>

struct gpt {
	unsigned sector_bytes;
	uint64_t disk_sectors;
	uint64_t first; /* of the partition */
	uint64_t sectors;
};

enum { GPT_ENTRIES_BYTES = 16384, GPT_MAX_BYTES = GPT_ENTRIES_BYTES + 2 * 4096 };

/* The first bytes of the disk, and the last. `out`: room for GPT_MAX_BYTES. Each returns the number of bytes. */
size_t gpt_head(const struct gpt *g, uint8_t *out);
size_t gpt_tail(const struct gpt *g, uint8_t *out);

#endif
