/* The last processor begins, and answers only when it has been given up. */
#include "sabotage.h"

void sabotage_answer(struct handoff *h, struct handoff_cpu *c)
{
	while (c == &h->cpus[h->cpu_count - 1] && __atomic_load_n(&c->state, __ATOMIC_ACQUIRE) == HANDOFF_CPU_STARTING)
		;
}
