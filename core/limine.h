/* limine.h — the Limine Boot Protocol: its structures, and the reader of a kernel's requests. Pure.
 *
 *   Source   The Limine Boot Protocol, base revisions 0 to 6
 *   Memory   requests are looked for in the kernel's segments where they are loaded, in the bytes that the file has */
#ifndef CORE_LIMINE_H
#define CORE_LIMINE_H

#include "attempt.h"
#include "limine_protocol.h"

enum { LIMINE_LAST_REVISION = 6, LIMINE_MAX_HITS = 128, LIMINE_MAX_UNKNOWN = 8, LIMINE_MAX_INTERNAL = 32,
       LIMINE_MAX_AGAIN = 16 };

/* A request where it is loaded. */
struct limine_found {
	paddr at;          /* 0: it was not made */
	vaddr virt;        /* as linked */
	uint64_t revision;
};

/* A request that was made before. */
struct limine_again {
	enum limine_id id;
	struct limine_found found;
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
	struct limine_again again[LIMINE_MAX_AGAIN]; /* base revision 0: until a list has chosen */
	unsigned again_count;
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
 *   ERR_LIMINE_TWICE       value[0], value[1] = addresses, text[0] = the request's name. With base revision 0
 *                          limine_check_twice() refuses it
 *   ERR_LIMINE_CUT         value[0] = address of a request that does not lie in the file as a whole, text[0]
 *   ERR_LIMINE_MANY        value[0] = most requests */
enum err limine_scan(const struct elf_layout *layout, const struct pages *pages, struct limine *out, struct problem *p);

/* Base revision 0: keep only the requests that a list of addresses, an array with a zero at its end, names. */
void limine_keep_listed(struct limine *l, const void *list, uint64_t count, uint64_t slide);

/* ... and afterwards, or without a list: is a request left that is there twice?   ERR_LIMINE_TWICE */
enum err limine_check_twice(const struct limine *l, struct problem *p);

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

/* The verdict on one that is allowed, whose file was read, or could not be: `e` with *p. OK with *there false: it is
 * optional, there is no such file, and the boot goes on without it.   ERR_LIMINE_HASH; else `e` */
enum err limine_internal_judge(const struct limine_internal *m, enum err e, const void *data, uint64_t bytes,
                               bool *there, struct problem *p);

/* limine_internal() and limine_internal_allowed() for all of them. */
enum err limine_internal_all(const struct attempt *a, const struct limine *l, struct problem *p);

/* Does the file have the BLAKE2b hash that stands in 128 hexadecimal digits?   ERR_LIMINE_HASH_TEXT, ERR_LIMINE_HASH
 * (value[0] = the first byte of the hash that differs) */
enum err limine_check_hash(const void *data, uint64_t bytes, struct text hash, struct problem *p);

/* Values made of a seed. They are as hard to guess as that is. */
void limine_stretch(const void *seed, uint64_t bytes, uint64_t *values, uint64_t count);

/* The masks of a pixel, and a mode, in the protocol's form. */
void limine_masks(const struct hobnail_framebuffer *fb, uint8_t out[6]);
void limine_mode(const struct hobnail_framebuffer *fb, struct limine_video_mode *out);

/* The bytes of an EDID; 0: there is none, or its first block is damaged. */
uint64_t limine_edid_bytes(const uint8_t *edid, uint64_t bytes);

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
