/* breaks P113: a released processor has a breakpoint
 * run: --cpus 2 */
#include "../broken.h"
#include "machine.h"

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r)
{
	(void)h, (void)c, (void)r;
	WRITE_REGISTER(dr7, 0x401);
}
