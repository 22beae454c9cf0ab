/* request.h — a kernel's requests (ELF notes of include/hobnail/boot.h) as one struct with defaults. Pure. */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "err.h"

enum { REQUEST_LAST = 12, REQUEST_MAX_UNKNOWN = 8 };

struct request {
	bool asked;      /* a note was there */
	bool required;
	uint64_t value;  /* the note's, or the default */
};

/* Indexed by HOBNAIL_REQUEST_*; entry 0 is unused. */
struct requests {
	struct request of[REQUEST_LAST + 1];
	uint32_t unknown[REQUEST_MAX_UNKNOWN]; /* types of optional requests that this loader does not know, for the log */
	unsigned unknown_count;                /* may exceed REQUEST_MAX_UNKNOWN: only the first are kept */
	unsigned note_count;
};

/* Defaults: no note seen. */
void requests_init(struct requests *r);

/* An elf_note_visit: context is a struct requests. Refuses: an unknown required type, a type given twice, a descriptor
 * that is not 8 bytes, a value out of range for its type (a required or optional one alike: it is a mistake), a
 * request that has no meaning on `arch`... see requests_check(). */
enum err requests_note(void *requests, uint32_t type, const void *descriptor, uint32_t bytes, uint64_t offset,
                       struct problem *p);

/* Check the requests against each other and against an architecture (HOBNAIL_ARCH_*): required ones that do not exist
 * there are refused; optional ones are dropped (asked = false, back to the default). */
enum err requests_check(struct requests *r, uint32_t arch, struct problem *p);

/* "stack", "direct map", ... for messages; "unknown". */
const char *request_name(uint32_t type);

#endif
