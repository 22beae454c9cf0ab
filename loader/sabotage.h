/* sabotage.h — where a test build may break a promise on purpose, to prove that the kernel's checks catch it.
 *
 * In the real loader these functions are empty (sabotage.c). Each file of tests/broken/ replaces that one object. */
#ifndef LOADER_SABOTAGE_H
#define LOADER_SABOTAGE_H

#include "boot.h"

/* In firmware: tables and record are complete, but for the last map. */
void sabotage_space(struct boot *b);

/* The last map is converted and checked; `m` is the record's. */
void sabotage_map(struct boot *b, struct memmap *m);

/* In the net, before the kernel's tables: the last step but the jump. Control registers are final. */
void sabotage_entry(struct handoff *h);

#endif
