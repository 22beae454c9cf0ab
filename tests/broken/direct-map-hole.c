/* breaks P44: 2 MiB of usable memory are not in the direct map */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_unmap(broken_table(b), b->attempt.space.plan.direct_map + broken_free_block(b), MIB(2), NULL);
}
