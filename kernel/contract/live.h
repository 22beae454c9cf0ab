/* live.h — the live address space, read through the direct map by core/walk.c. */
#ifndef CONTRACT_LIVE_H
#define CONTRACT_LIVE_H

#include <hobnail/boot.h>

#include "walk.h"

struct live {
	struct walker walker;
	struct span recursive; /* the recursive slot; bytes 0: none */
};

/* Sets *s to the live tables. false: translation is off. */
bool live_open(const struct hobnail_boot *boot, struct live *s);

/* One leaf of the tables, or its part in the range that was asked for. */
struct live_leaf {
	vaddr va;
	uint64_t bytes;
	struct walk walk; /* of its first address */
};

/* Iterates over all leaves of [from, from + bytes), ascending, except the recursive slot. Start with *leaf zeroed and
 * leaf->va = from; each call finds the next leaf. false: there is none below the end. */
bool live_next(const struct live *s, vaddr from, uint64_t bytes, struct live_leaf *leaf);

/* The entry of the live top-level table that translates va. */
uint64_t live_top_entry(const struct live *s, vaddr va);

/* The size of the range that one top-level entry translates. */
uint64_t live_slot_bytes(void);

/* Does [va, va + bytes) lie in the net's slot? */
bool live_in_net(const struct hobnail_boot *boot, vaddr va, uint64_t bytes);

/* Is va an address of executable code in the net? With translation off: an address in memory of type net. */
bool live_net_executes(const struct hobnail_boot *boot, vaddr va);

#endif
