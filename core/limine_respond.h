/* limine_respond.h — the responses of the Limine Boot Protocol: one block, and the pointers to it in the kernel's
 * requests. Pure: the caller brings the facts.
 *
 *   Memory     the block's first bytes are struct limine_head, for use after the exit
 *   Addresses  of responses and what they point at are those of the direct map */
#ifndef CORE_LIMINE_RESPOND_H
#define CORE_LIMINE_RESPOND_H

#include "limine.h"

enum { LIMINE_MAX_MODES = 64, LIMINE_MAX_ENTROPY = 4096 };

struct limine_module {
	struct text path, string;
	struct span at; /* physical */
};

/* A font of 8 pixels a row: `count` characters from `first` on, and behind them the one for all others. */
struct limine_font {
	const uint8_t *rows; /* the leftmost pixel is the highest bit */
	unsigned height, first, count;
};

/* Facts that the attempt does not have. Zero: there is none. */
struct limine_facts {
	struct text loader, version, kernel_path, cmdline;
	const struct limine_module *modules;
	unsigned module_count;
	paddr rsdp, smbios_32, smbios_64, system_table;
	const void *device_tree; /* its copy of device_tree_bytes goes into the block, without memory nodes */
	uint64_t device_tree_bytes;
	bool has_date;
	uint64_t date;
	uint64_t counter_hz, started; /* counter values */
	const void *edid;
	uint64_t edid_bytes;
	const struct limine_video_mode *modes;
	unsigned mode_count;
	struct limine_font font;
	const uint64_t *entropy;
	uint64_t entropy_count;
	const void *tpm_log;
	uint64_t tpm_log_bytes, tpm_log_format;
	uint64_t map_room, efi_map_room; /* entries, bytes */
	uint32_t partition, disk_signature;
	uint8_t partition_id[16];
	bool optical; /* the medium of files */
	bool x2apic;
};

/* At the block's beginning. Physical addresses; 0: not asked for. */
struct limine_head {
	paddr map, efi_map, times; /* responses that the last map completes */
	paddr cpus;                /* ... and the answers of processors: a struct limine_array in its last part */
	uint64_t counter_hz, started;
};

/* The bytes of the block, rounded up to pages. */
uint64_t limine_block_bytes(const struct attempt *a, const struct limine *l, const struct limine_facts *facts);

/* Fill the block, which is a->record, and answer the requests. */
void limine_respond(struct attempt *a, const struct limine *l, const struct limine_facts *facts);

/* The requests that were answered, a bit for each. */
uint32_t limine_answered(const struct attempt *a, const struct limine *l);

/* The last map is known; `now`: the counter. */
void limine_complete(const struct attempt *a, unsigned revision, const struct memmap *m, const struct uefi_map *map,
                     uint32_t version, uint64_t now);

/* After the exit, with `direct_map` of the kernel: processors that do not answer leave the list. */
void limine_drop_cpu(struct limine_head *head, uint64_t direct_map, paddr info);

#endif
