/* The last processor is called by a name that nobody has: it never answers. */
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
	enum { NOBODY = 0xee };

	if (h->cpu_count)
		h->cpus[h->cpu_count - 1].hardware_id = NOBODY;
}

void sabotage_entry(struct handoff *h)
{
	(void)h;
}

void sabotage_answer(struct handoff *h, struct handoff_cpu *c)
{
	(void)h, (void)c;
}

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct hobnail_mailbox *m)
{
	(void)h, (void)c, (void)m;
}

void sabotage_checked(struct boot *b)
{
	(void)b;
}
