/* slide.h — where a position-independent file runs: its code is looked for where a processor executes. */
#ifndef CLI_SLIDE_H
#define CLI_SLIDE_H

#include "explain/space.h"

enum { SLIDE_MAX_CANDIDATES = 64 };

/* The bytes of an ELF file, and the addresses in memory that may be its code. true: the file's code is at one of them,
 * and *slide is its run address - linked address. */
bool slide_find(const char *bytes, size_t count, const struct cpu_space *s, const vaddr *candidates,
                unsigned candidate_count, uint64_t *slide);

/* Is this file position-independent? */
bool slide_is_needed(const char *bytes, size_t count);

/* Addresses that may be code: the instruction, the return address, and words on the stack. Returns how many. */
unsigned slide_candidates(const struct cpu_space *s, const struct registers *r, vaddr out[SLIDE_MAX_CANDIDATES]);

#endif
