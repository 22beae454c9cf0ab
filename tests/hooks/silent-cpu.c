/* The last processor is called by a name that nobody has: it never answers. */
#include "sabotage.h"

void sabotage_switched(struct handoff *h)
{
	enum { NOBODY = 0xee };

	if (h->cpu_count)
		h->cpus[h->cpu_count - 1].hardware_id = NOBODY;
}
