/* space.h — what the checks of space.c and net.c share. */
#ifndef CONTRACT_SPACE_H
#define CONTRACT_SPACE_H

#include "contract.h"
#include "live.h"

extern const char space_off[]; /* the finding of a check that translation would need */

struct space_want {
	uint32_t flags; /* exactly these of HOBNAIL_WRITE and HOBNAIL_EXECUTE */
	enum walk_memory memory;
	bool anywhere;  /* at any physical addresses */
};

/* Is all of [va, va + bytes) mapped to [phys, phys + bytes), with the wanted rights and memory type? HOLDS without a
 * finding, or BROKEN; `what` names the range. */
enum verdict space_check_range(const struct live *s, const char *what, vaddr va, paddr phys, uint64_t bytes,
                               const struct space_want *want, struct finding *f);

/* Does a segment of the record have an address in [va, va + bytes)? */
bool space_segment_meets(const struct hobnail_boot *boot, vaddr va, uint64_t bytes);

#endif
