/* walk_text.h — a walk in words, for preflight, fault reports and host commands. Pure; texts are NUL-terminated and
 * cut to `size` bytes, and each function that writes one returns its bytes without the NUL. */
#ifndef CORE_WALK_TEXT_H
#define CORE_WALK_TEXT_H

#include "walk.h"

/* "PML4", "PD"; "L0", the architecture's own numbers, elsewhere. level 0 holds 4 KiB pages, as in walk.h. */
const char *walk_level_name(enum walk_mode mode, unsigned level);

/* "write-back", "write-combining", "device", or "of another memory type". */
const char *walk_memory_name(enum walk_memory memory);

/* An entry on the way: "PML4[511] = 0x8000000000123023". */
size_t walk_entry(const struct walker *w, const struct walk *walk, unsigned step, char *out, size_t size);

/* A line of a walk: "PML4[511] at 0x1234ff8 = 0x8000000000123023: table at 0x123000, writable, NX". */
size_t walk_line(const struct walker *w, const struct walk *walk, unsigned step, char *out, size_t size);

/* Why an access is not granted: *step is the entry to blame (walk->steps: none was read), and `why` says of it "NX
 * is set, which forbids execution in everything below it", "it is not present". false: the access is granted, *step
 * and why are as they were. */
bool walk_guilty(const struct walker *w, const struct walk *walk, enum walk_access wanted, unsigned *step, char *why,
                 size_t size);

#endif
