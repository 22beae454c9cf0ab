/* breaks P50: the recursive slot is empty
 * kernel: pith-recursive */
#include "../broken.h"

void sabotage_checked(struct boot *b)
{
	uint64_t *root = memory_at(b->attempt.space.upper.root);

	root[b->attempt.wants.recursive_slot] = 0;
}
