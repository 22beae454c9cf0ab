/* Weak: a test build defines those that it uses. */
#include "sabotage.h"

__attribute__((weak)) bool sabotage_again(struct boot *b)
{
	(void)b;
	return false;
}

__attribute__((weak)) void sabotage_space(struct boot *b)
{
	(void)b;
}

__attribute__((weak)) void sabotage_checked(struct boot *b)
{
	(void)b;
}

__attribute__((weak)) void sabotage_map(struct boot *b, struct memmap *m)
{
	(void)b, (void)m;
}

__attribute__((weak)) void sabotage_switched(struct handoff *h)
{
	(void)h;
}

__attribute__((weak)) void sabotage_entry(struct handoff *h)
{
	(void)h;
}

__attribute__((weak)) void sabotage_answer(struct handoff *h, struct handoff_cpu *c)
{
	(void)h, (void)c;
}

__attribute__((weak)) void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r)
{
	(void)h, (void)c, (void)r;
}
