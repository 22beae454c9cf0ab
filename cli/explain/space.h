/* space.h — the virtual memory of the examined processor: its tables, over memory that may be a dump, a running guest
 * or nothing at all. Without memory, code is read out of the ELF files. */
#ifndef CLI_EXPLAIN_SPACE_H
#define CLI_EXPLAIN_SPACE_H

#include "memory.h"
#include "registers.h"
#include "symbols.h"
#include "walk.h"

struct cpu_space {
	const struct memory *memory; /* NULL: none */
	const struct symbols *symbols;
	struct walker walker;
	bool walks;      /* addresses can be walked                                         */
	bool physical;   /* translation is off: an address is a physical one                */
	const char *why; /* there is no walk: "paging is off (CR0.PG)"; NULL: there is one  */
};

/* The structure must not move afterwards, nor must `memory`. */
void space_open(struct cpu_space *s, const struct registers *r, const struct memory *memory,
                const struct symbols *symbols);

/* Walk an address. false: nothing can be walked, and *out is as it was. */
bool space_walk(const struct cpu_space *s, vaddr at, bool as_user, struct walk *out);

/* Copy the bytes at an address. Returns how many of them could be read, from the first on. */
unsigned space_read(const struct cpu_space *s, vaddr at, void *to, unsigned bytes);

/* "which is not mapped: PD[3] = 0x0: it is not present", if the tables refuse this access by the supervisor to the
 * address. false: they grant it, or nothing is known. */
bool space_refuses(const struct cpu_space *s, vaddr at, enum walk_access access, char *out, size_t size);

#endif
