/* live.h — the live address space, read through the direct map by core/walk.c. */
#ifndef CONTRACT_LIVE_H
#define CONTRACT_LIVE_H

#include <hobnail/boot.h>

#include "walk.h"

struct live {
	struct walker walker;
	struct span recursive; /* where the tables map themselves; bytes 0: nowhere */
};

/* Make *s read the tables that are live. false: translation is off. */
bool live_open(const struct hobnail_boot *boot, struct live *s);

/* One leaf of the tables, or the part of it in the range that was asked for. */
struct live_leaf {
	vaddr va;
	uint64_t bytes;
	struct walk walk; /* of its first address */
};

/* Go through all leaves of [from, from + bytes), ascending, but for the recursive slot. Start with *leaf zeroed and
 * leaf->va = from; each call finds the next leaf. false: there is none below the end. */
bool live_next(const struct live *s, vaddr from, uint64_t bytes, struct live_leaf *leaf);

/* The entry of the live top-level table that translates va. */
uint64_t live_top_entry(const struct live *s, vaddr va);

/* What one top-level entry translates. */
uint64_t live_slot_bytes(void);

/* Does [va, va + bytes) lie where the loader's net may have mappings? */
bool live_in_net(const struct hobnail_boot *boot, vaddr va, uint64_t bytes);

/* Is there code of the loader at va, in the net? With translation off: memory of type net. */
bool live_net_executes(const struct hobnail_boot *boot, vaddr va);

#endif
