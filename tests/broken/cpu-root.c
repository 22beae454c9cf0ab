/* breaks P112 (and so P113): a released processor keeps the loader's tables
 * run: --cpus 2
 * words: roots */
#include "broken.h"

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r)
{
	(void)h, (void)c;
	r->root = 0;
}
