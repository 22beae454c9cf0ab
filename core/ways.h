/* ways.h — how other processors can be started: on aarch64 by PSCI, or by a spin table each; on x86_64 from a page
 * that a startup interrupt can name. Pure. */
#ifndef CORE_WAYS_H
#define CORE_WAYS_H

#include "attempt.h"

/* Is the spin table in memory, by the memory map? If not, nothing may be written to it. */
bool way_is_memory(const struct platform *m, paddr release);

/* Is there a way for any of them? Spin tables, which lie in memory by now, join the list of ranges that the hand-off
 * touches. Processors that cannot be started stay listed with the others, and do not answer.   ERR_CPUS_NO_WAY,
 * ERR_FULL */
enum err ways_find(const struct platform *m, struct handoff *h, struct problem *p);

/* x86_64: take that page, handoff.startup.   ERR_CPUS_LOW_MEMORY */
enum err ways_take_page(struct attempt *a, struct problem *p);

#endif
