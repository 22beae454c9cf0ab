/* breaks P74: DS is null */
#include "../broken.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	__asm__ volatile("mov %0, %%ds" : : "r"(0));
}
