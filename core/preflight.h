/* preflight.h — do page tables meet their requirements? A list of requirements is judged through core/walk.c, which
 * reads tables as the processor will, before the processor does.
 *
 *   Cost     in proportion to requirements and table entries, not to memory
 *   Order    preflight_list() takes requirements in any order, and they may overlap; preflight_exact() wants them
 *            ascending
 *   Memory   the caller's; nothing here allocates. A violation holds all that its sentence needs but the walker */
#ifndef CORE_PREFLIGHT_H
#define CORE_PREFLIGHT_H

#include "walk.h"

/* Accesses of a supervisor; none: nothing may be mapped there. */
enum {
	REQUIRE_READ = 1u << WALK_READ,
	REQUIRE_WRITE = 1u << WALK_WRITE,
	REQUIRE_EXECUTE = 1u << WALK_EXECUTE,
};

enum {
	REQUIRE_AT_LEAST = 1u << 0,   /* more than these accesses is no harm; else exactly these            */
	REQUIRE_ANYWHERE = 1u << 1,   /* in any physical memory                                             */
	REQUIRE_ANY_MEMORY = 1u << 2, /* of any memory type                                                 */
	REQUIRE_ANY_USER = 1u << 3,   /* user mode may reach it, too                                        */
	REQUIRE_IF_MAPPED = 1u << 4,  /* mapped pages are not both writable and executable; no more         */
	REQUIRE_GUARDS = 1u << 5,     /* preflight_exact(): nothing is mapped one page before and behind    */
	REQUIRE_SKIP = 1u << 6,       /* preflight_exact(): not looked at (a recursive slot)                */
};

struct requirement {
	vaddr va;
	uint64_t bytes;   /* 0: 2^64, with va = 0 */
	paddr pa;
	const char *what; /* "the boot stack of CPU %u": `index` is there for its %u */
	uint16_t index;
	uint8_t access;
	uint8_t flags;
	uint8_t memory;   /* enum walk_memory */
};

enum preflight_fault {
	PREFLIGHT_FINE,
	PREFLIGHT_UNMAPPED,
	PREFLIGHT_CANNOT_READ, /* these in the order of enum walk_access */
	PREFLIGHT_CANNOT_WRITE,
	PREFLIGHT_CANNOT_EXECUTE,
	PREFLIGHT_MAY_READ,    /* likewise; and must not */
	PREFLIGHT_MAY_WRITE,
	PREFLIGHT_MAY_EXECUTE,
	PREFLIGHT_MAPPED,      /* and must not be */
	PREFLIGHT_USER,
	PREFLIGHT_WRITE_EXECUTE,
	PREFLIGHT_ELSEWHERE,
	PREFLIGHT_MEMORY,
	PREFLIGHT_NOT_SHARED,
	PREFLIGHT_CROWDED,     /* no guard is left between it and what follows */
};

struct violation {
	enum preflight_fault fault;
	struct requirement wanted;
	const char *side;  /* PREFLIGHT_MAPPED next to a requirement: "the guard below " it; else "" */
	struct walk walk;  /* of the first address that is wrong */
};

/* The name of a requirement, NUL-terminated, cut to `size` bytes; returns the bytes without the NUL. */
size_t preflight_what(const struct requirement *r, char *out, size_t size);

/* Judge each requirement by itself. false: *out is the first that does not hold. */
bool preflight_list(const struct walker *w, const struct requirement *list, size_t count, struct violation *out);

/* Judge the whole address space: each range of the list, ascending and not overlapping, is as required, and nothing
 * else is mapped. */
bool preflight_exact(const struct walker *w, const struct requirement *list, size_t count, struct violation *out);

/* "the entry point at 0xffffffff80100000 cannot be executed in the kernel's tables: PML4[511] = 0x8000000000123023:
 * NX is set, which forbids execution in everything below it. Usual cause: ...". `space` is "the kernel's tables".
 * NUL-terminated, cut to `size` bytes; returns the bytes without the NUL. */
size_t preflight_sentence(const struct walker *w, const struct violation *v, const char *space, char *out, size_t size);

#endif
