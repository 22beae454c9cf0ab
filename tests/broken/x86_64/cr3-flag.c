/* breaks P71: CR3 has a flag beside the address */
#include "../broken.h"

void sabotage_entry(struct handoff *h)
{
	h->root |= 1 << 3; /* PWT */
}
