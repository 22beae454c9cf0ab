/* walk_scheme.h — how one format of page tables is read: core/walk.c goes through tables, a scheme judges entries.
 * A program lists the schemes that it reads in walk_schemes[]: core/walk_schemes.c has all of them, the loader
 * those of its own architecture. */
#ifndef CORE_WALK_SCHEME_H
#define CORE_WALK_SCHEME_H

#include "walk.h"

enum entry_kind { FAULT, TABLE, PAGE };

/* A bit of an entry: its name, and its meaning when set and when clear; "": no meaning. */
enum { IN_TABLE = 1, IN_PAGE = 2 }; /* entries that point at tables; that map pages */
struct walk_bit {
	uint8_t bit, in;
	char name[11], set[11], clear[10];
};

struct walk_scheme {
	uint8_t va_bits;           /* as the architecture counts them; aarch64: with the least T0SZ and T1SZ */
	bool high;                 /* addresses whose upper bits are all set are translated, too         */
	bool ranges;               /* aarch64: sizes in T0SZ and T1SZ                                    */
	uint8_t frame_shift;       /* where the frame number stands in an entry                          */
	uint8_t frame_bits;        /* ... and how many bits of it there are                              */
	bool wide;                 /* aarch64 with DS: the address goes on in bits 9:8 of an entry, and  */
	                           /* in bits 5:2 of TTBR                                                */
	enum entry_kind (*judge)(const struct walker *w, unsigned level, uint64_t entry, unsigned step,
	                         struct walk_rights *r);

	/* For sentences: */
	const char (*levels)[5];   /* names by level */
	const struct walk_bit *bits;
	unsigned bit_count;
	const char *absent;        /* "it is not present" */
	const char *(*reserved)(unsigned level, unsigned bit); /* why a reserved bit is wrong; NULL: no reason to add */
};

enum { WALK_MODES = WALK_SV48 + 1 };

extern const struct walk_scheme *const walk_schemes[WALK_MODES];
extern const struct walk_scheme walk_x86_64_4, walk_x86_64_5, walk_aarch64, walk_aarch64_el2, walk_aarch64_lpa2,
                                walk_aarch64_el2_lpa2, walk_sv39, walk_sv48;

static inline bool bit(uint64_t entry, unsigned n)
{
	return entry >> n & 1;
}

static inline uint64_t bits(uint64_t entry, unsigned high, unsigned low)
{
	return entry >> low & (~0ull >> (63 - (high - low)));
}

/* Byte `index` of IA32_PAT or MAIR_ELx. */
static inline unsigned attribute(const struct walker *w, unsigned index)
{
	return bits(w->pat_or_mair, 8 * index + 7, 8 * index);
}

/* ---- What takes accesses away ---------------------------------------------------------------------------- */

static inline bool may(const struct walk_rights *r, enum walk_access access)
{
	return r->blame[access].cause == WALK_GRANTED;
}

/* The first entry that takes an access away is to blame. */
void walk_take(struct walk_rights *r, enum walk_access access, enum walk_cause cause, unsigned step, unsigned n);

/* Take all accesses up to `last`. */
void walk_take_up_to(struct walk_rights *r, enum walk_access last, enum walk_cause cause, unsigned step, unsigned n);

/* A cause that ends the walk takes every access away. Returns FAULT. */
enum entry_kind walk_fault(struct walk_rights *r, enum walk_cause cause, unsigned step, unsigned n);

static inline unsigned lowest_bit(uint64_t n)
{
	return (unsigned)__builtin_ctzll(n);
}

/* Are bits set that must be 0? Then that is a fault. */
bool walk_is_reserved(struct walk_rights *r, uint64_t entry, unsigned step, unsigned high, unsigned low);

#endif
