/* breaks P113: a released processor has another kind of device memory
 * run: --cpus 2 */
#include "../broken.h"
#include "machine.h"

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r)
{
	(void)h, (void)c, (void)r;
	WRITE_REGISTER(mair_el1, 0x4400ff);
}
