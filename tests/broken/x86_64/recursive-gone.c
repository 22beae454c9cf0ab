/* breaks P50: the recursive slot is empty
 * kernel: pith-recursive */
#include "../broken.h"

void sabotage_checked(struct boot *b)
{
	uint64_t *root = memory_at(b->space.upper.root);

	root[b->kernel.requests.of[HOBNAIL_REQUEST_RECURSIVE].value] = 0;
}
