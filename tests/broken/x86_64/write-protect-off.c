/* breaks P68: CR0.WP is clear, so that read-only pages can be written */
#include "../broken.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(cr0, READ_REGISTER(cr0) & ~(1ull << 16));
}
