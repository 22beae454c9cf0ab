/* breaks P65: RSP is a multiple of 16, as before a call */
#include "../broken.h"

void sabotage_entry(struct handoff *h)
{
	h->kernel_stack -= 8;
}
