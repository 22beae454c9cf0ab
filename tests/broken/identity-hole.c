/* breaks P48: 2 MiB of usable memory are not in the identity map
 * kernel: pith-identity */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_unmap(&b->attempt.space.lower, broken_free_block(b), MIB(2), NULL);
}
