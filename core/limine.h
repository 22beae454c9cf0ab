/* limine.h — the Limine Boot Protocol: its structures, and the reader of a kernel's requests. Pure.
 *
 *   Source   The Limine Boot Protocol, base revisions 0 to 6
 *   Memory   requests are looked for in the kernel's segments where they are loaded, in the bytes that the file has */
#ifndef CORE_LIMINE_H
#define CORE_LIMINE_H

#include "attempt.h"
#include "limine_protocol.h"

enum { LIMINE_LAST_REVISION = 6, LIMINE_MAX_HITS = 128, LIMINE_MAX_UNKNOWN = 8, LIMINE_MAX_INTERNAL = 32 };

/* X(name, words 2 and 3 of the id, bytes of the request in its first revision, bytes in its last, last revision that
 * is served, text) */
#define LIMINE_REQUESTS_LIST(X) \
	X(LOADER, 0xf55038d8e2a1202f, 0x279426fcf5f59740, 48, 48, 0, "bootloader info") \
	X(CMDLINE, 0x4b161536e598651e, 0xb390ad4a2f1f303a, 48, 48, 0, "command line") \
	X(FIRMWARE, 0x8c2f75d90bef28a8, 0x7045a4688eac00c3, 48, 48, 0, "firmware type") \
	X(STACK, 0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d, 56, 56, 0, "stack size") \
	X(HHDM, 0x48dcf1cb8ad2b852, 0x63984e959a98244b, 48, 48, 0, "HHDM") \
	X(FRAMEBUFFER, 0x9d5827dcd881dd75, 0xa3148604f6fab11b, 48, 48, 1, "framebuffer") \
	X(PAGING, 0x95c1a0edab0944cb, 0xa4e5cb3842f7488a, 56, 72, 1, "paging mode") \
	X(MP, 0x95a67b819a1b857e, 0xa0b61b723b6a73e0, 56, 56, 0, "MP") \
	X(MEMORY_MAP, 0x67cf3d9d378a806f, 0xe304acdfc50c3c62, 48, 48, 0, "memory map") \
	X(ENTRY, 0x13d86c035a1cd3e1, 0x2b0caa89d8f3026a, 56, 56, 0, "entry point") \
	X(FILE, 0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69, 48, 48, 0, "executable file") \
	X(ADDRESS, 0x71ba76863cc55f63, 0xb2644a48c516a487, 48, 48, 0, "executable address") \
	X(MODULES, 0x3e7e279702be32af, 0xca1c4f3bd1280cee, 48, 64, 1, "modules") \
	X(RSDP, 0xc5e77b6b397e7b43, 0x27637845accdcf3c, 48, 48, 0, "RSDP") \
	X(SMBIOS, 0x9e9046f11e095391, 0xaa4a520fefbde5ee, 48, 48, 0, "SMBIOS") \
	X(SYSTEM_TABLE, 0x5ceba5163eaaf6d6, 0x0a6981610cf65fcc, 48, 48, 0, "EFI system table") \
	X(EFI_MAP, 0x7df62a431d6872d5, 0xa4fcdfb3e57306c8, 48, 48, 0, "EFI memory map") \
	X(DATE, 0x502746e184c088aa, 0xfbc5ec83e6327893, 48, 48, 0, "date at boot") \
	X(DEVICE_TREE, 0xb40ddb48fb54bac7, 0x545081493f81ffb7, 48, 48, 0, "device tree") \
	X(PERFORMANCE, 0x6b50ad9bf36d13ad, 0xdc4c7e88fc759e17, 48, 48, 0, "bootloader performance") \
	X(KEEP_IOMMU, 0x8ebaabe51f490179, 0x2aa86a59ffb4ab0f, 48, 48, 0, "keep IOMMU") \
	X(TSC, 0x10f2ee1d87d195e4, 0xf747a2b78f6ddb31, 48, 48, 0, "TSC frequency") \
	X(TPM_LOG, 0x98e094fc7e76e979, 0xee8d8775c54e1d1f, 48, 48, 0, "TPM event log") \
	X(ENTROPY, 0x65ea80255d5682c5, 0x9117240723f493eb, 56, 56, 0, "entropy") \
	X(FLANTERM, 0x3259399fe7c5f126, 0xe01c1c8c5db9d1a9, 48, 48, 0, "Flanterm parameters") \
	X(RISCV_BSP, 0x1369359f025525f9, 0x2ff2a56178391bb6, 48, 48, 0, "RISC-V boot hart")

enum limine_id {
#define X(name, a, b, first, bytes, revision, text) LIMINE_##name,
	LIMINE_REQUESTS_LIST(X)
#undef X
	LIMINE_REQUESTS
};

/* A request where it is loaded. */
struct limine_found {
	paddr at;          /* 0: it was not made */
	vaddr virt;        /* as linked */
	uint64_t revision;
};

struct limine {
	bool found;              /* there is something of this protocol's                  */
	bool has_tag;            /* a base revision tag; without one the revision is 0      */
	bool has_markers;        /* both; then only what lies between them counts           */
	uint64_t asked_revision; /* the tag's                                               */
	unsigned revision;       /* the one that is served                                  */
	paddr tag;
	struct limine_found of[LIMINE_REQUESTS];
	uint64_t unknown[LIMINE_MAX_UNKNOWN][2];
	unsigned count, unknown_count; /* of requests; the unknown ones may exceed LIMINE_MAX_UNKNOWN */
	unsigned outside;        /* requests that do not count: not between the markers, or not listed */
	vaddr first_outside;
	unsigned odd;            /* pointers of .limine_reqs that lead to no request; 1 more if no NULL ends them */
	vaddr first_odd;
};

/* Read the requests of a kernel that is loaded. OK with `found` false: it is no kernel of this protocol.
 *   ERR_LIMINE_MARKER_START, _END   a marker without the other: value[0] = its address. Base revisions 0 and 1 bear it
 *   ERR_LIMINE_MARKER_ORDER         value[0], value[1] = addresses of end and start
 *   ERR_LIMINE_TAG_TWICE   value[0], value[1] = addresses
 *   ERR_LIMINE_TWICE       value[0], value[1] = addresses, text[0] = the request's name
 *   ERR_LIMINE_CUT         value[0] = address of a request that does not lie in the file as a whole, text[0]
 *   ERR_LIMINE_MANY        value[0] = most requests */
enum err limine_scan(const struct elf_layout *layout, const struct pages *pages, struct limine *out, struct problem *p);

/* Base revision 0: keep only the requests that a list of addresses, an array with a zero at its end, names. */
void limine_keep_listed(struct limine *l, const void *list, uint64_t count, uint64_t slide);

/* ... and count the pointers that lead to no request: l->odd. They are passed over. */
void limine_check_list(const struct attempt *a, struct limine *l, const void *list, uint64_t count);

/* `bytes` bytes of the loaded kernel at the address where they run, or NULL. */
void *limine_at(const struct attempt *a, vaddr run, uint64_t bytes);

/* A string in the loaded kernel, by its address; false: it is not in the kernel, or does not end there. */
bool limine_string(const struct attempt *a, vaddr run, struct text *out);

static inline bool limine_asks(const struct limine *l, enum limine_id id)
{
	return l->of[id].at != 0;
}

/* A module that the kernel names itself: path and hash are parts of one text in the kernel. */
struct limine_internal {
	struct text path, string, hash; /* hash.at is NULL: there is none */
	uint64_t flags;
};

/* How many there are.   ERR_TOO_MANY_MODULES (value[0] = most), ERR_LIMINE_MODULE (value[0] = the list's address) */
enum err limine_internal_count(const struct attempt *a, const struct limine *l, unsigned *out, struct problem *p);

/* Number i of them.   ERR_LIMINE_MODULE (value[0] = address) */
enum err limine_internal(const struct attempt *a, const struct limine *l, unsigned i, struct limine_internal *out,
                         struct problem *p);

/* Can it be served, whatever its file holds?   ERR_LIMINE_COMPRESSED, ERR_LIMINE_HASH_TEXT */
enum err limine_internal_allowed(const struct limine_internal *m, struct problem *p);

/* All of that for all of them. */
enum err limine_internal_all(const struct attempt *a, const struct limine *l, struct problem *p);

/* Does the file have the BLAKE2b hash that stands in 128 hexadecimal digits?   ERR_LIMINE_HASH_TEXT, ERR_LIMINE_HASH
 * (value[0] = the first byte of the hash that differs) */
enum err limine_check_hash(const void *data, uint64_t bytes, struct text hash, struct problem *p);

/* The masks of a pixel, and a mode, in the protocol's form. */
void limine_masks(const struct hobnail_framebuffer *fb, uint8_t out[6]);
void limine_mode(const struct hobnail_framebuffer *fb, struct limine_video_mode *out);

/* "memory map" */
const char *limine_name(enum limine_id id);

/* ---- Wants: limine_wants.c ----------------------------------------------------------------------------- */

struct limine_options {
	bool no_handlers;  /* fault_reports = no */
	bool no_execute;   /* hhdm = no-execute  */
};

/* The requests as wants. The loaded kernel is read.
 *   ERR_LIMINE_PAGING   value[0], value[1] = least and most mode */
enum err limine_wants(const struct attempt *a, const struct limine *l, const struct limine_options *options,
                      struct wants *out, struct problem *p);

/* "MP (multiprocessor) Feature": processors that have no number outside x2APIC mode count as disabled without it.
 * Returns their number. */
unsigned limine_leave_out(struct attempt *a);

/* ---- The memory map: limine_map.c ------------------------------------------------------------------------ */

/* The protocol's type for memory of ours, by base revision. */
uint64_t limine_memory_type(uint32_t type, unsigned revision);

/* The most entries that limine_map() writes. */
uint64_t limine_map_room(uint64_t entries);

/* The map, ascending: the framebuffer and pages of tables overrule what they overlap. Returns the number of
 * entries. */
uint64_t limine_map(const struct memmap *m, const struct platform *platform, unsigned revision,
                    struct limine_memory *out);

#endif
