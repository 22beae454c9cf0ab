/* interrupts are not masked */
#include "multiboot2.h"

DETOUR_FLAT("sti")

void sabotage_entry(struct handoff *h)
{
	detour_take(h);
}
