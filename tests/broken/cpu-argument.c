/* breaks P111: a released processor gets another argument
 * run: --cpus 3 */
#include "broken.h"

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r)
{
	(void)h, (void)c;
	r->argument += 8;
}
