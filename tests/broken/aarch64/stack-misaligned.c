/* breaks P85: the stack pointer is not a multiple of 16 */
#include "../broken.h"

void sabotage_entry(struct handoff *h)
{
	h->kernel_stack -= 8;
}
