/* breaks P111: a released processor gets another argument
 * run: --cpus 3 */
#include "broken.h"

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct hobnail_mailbox *m)
{
	(void)h, (void)c;
	m->argument += 8;
}
