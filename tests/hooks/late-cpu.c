/* The last processor begins, and answers only when it has been given up. */
#include "sabotage.h"

void sabotage_space(struct boot *b)
{
	(void)b;
}

void sabotage_map(struct boot *b, struct memmap *m)
{
	(void)b, (void)m;
}

void sabotage_switched(struct handoff *h)
{
	(void)h;
}

void sabotage_entry(struct handoff *h)
{
	(void)h;
}

void sabotage_answer(struct handoff *h, struct handoff_cpu *c)
{
	while (c == &h->cpus[h->cpu_count - 1] && __atomic_load_n(&c->state, __ATOMIC_ACQUIRE) == HANDOFF_CPU_STARTING)
		;
}

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct hobnail_mailbox *m)
{
	(void)h, (void)c, (void)m;
}

void sabotage_checked(struct boot *b)
{
	(void)b;
}
