/* request.h — a kernel's requests (ELF notes of include/hobnail/boot.h) as one struct with defaults. Pure. */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "err.h"
#include "wants.h"

enum { REQUEST_LAST = 12, REQUEST_MAX_UNKNOWN = 8 };

struct request {
	bool asked;      /* a note was there */
	bool required;
	uint64_t value;  /* the note's, or the default */
	uint64_t offset; /* in the file, of the note's value; 0: the default holds */
};

/* Indexed by HOBNAIL_REQUEST_*; entry 0 is unused. */
struct requests {
	struct request of[REQUEST_LAST + 1];
	uint32_t unknown[REQUEST_MAX_UNKNOWN]; /* types of optional requests that this loader does not know */
	unsigned unknown_count;                /* may exceed REQUEST_MAX_UNKNOWN: only the first are kept */
	unsigned note_count;
	uint32_t dropped; /* bit n: request n was optional and cannot be granted */
};

/* Defaults: no note seen. */
void requests_init(struct requests *r);

/* An elf_note_visit: context is a struct requests. Mistakes are refused even in optional requests: a type given
 * twice, a value that is not 8 bytes or outside its type's range. An unknown required type is refused, an unknown
 * optional one noted. On error *requests is unchanged but for note_count. */
enum err requests_note(void *requests, uint32_t type, const void *descriptor, uint32_t bytes, uint64_t offset,
                       struct problem *p);

/* Check the requests against each other and against an architecture (HOBNAIL_ARCH_*): required ones that cannot exist
 * there (wrong architecture, later protocol, page tables wanted with the MMU off) are refused; optional ones are
 * dropped (asked = false, back to the default). A base at which no map can be is refused even if it is optional.
 * Conflicts with the firmware, the memory or the kernel's own addresses are found elsewhere. */
enum err requests_check(struct requests *r, uint32_t arch, struct problem *p);

/* This machine cannot grant a request: an error with `code` if it is required (value[0] = type, value[1] = its value),
 * else back to the default, with its bit (1 << type) set in `dropped`, for the log. */
enum err requests_drop(struct requests *r, uint32_t type, enum err code, struct problem *p);

/* Checked requests as wants. Five paging levels are wanted where there are any: requests_settle() says whether that
 * will do. */
void requests_wants(const struct requests *r, struct wants *out);

/* The mode is chosen: are there as many paging levels as were asked for? ERR_PAGING_UNAVAILABLE (value[0] = levels) */
enum err requests_settle(struct requests *r, unsigned paging_levels, struct problem *p);

/* "stack", "direct map", ... for messages; "unknown". */
const char *request_name(uint32_t type);

#endif
