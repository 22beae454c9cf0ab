/* breaks P113: a released processor has another kind of device memory
 * run: --cpus 2 */
#include "../broken.h"
#include "machine.h"

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct hobnail_mailbox *m)
{
	(void)h, (void)c, (void)m;
	WRITE_REGISTER(mair_el1, 0x4400ff);
}
