/* The entry that maps the entry point has an address that the processor cannot form. */
#include "damage.h"

void sabotage_space(struct boot *b)
{
	*damaged_entry(b, b->attempt.kernel.entry, 0) |= 1ull << 47;
}
