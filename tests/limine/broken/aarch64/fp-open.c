/* floating point does not trap */
#include "limine.h"
#include "machine.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	WRITE_REGISTER(cpacr_el1, 3u << 20);
}
