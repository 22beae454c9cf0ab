/* breaks P45 (and so P40, P44): 2 MiB of the direct map can be executed */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_protect(broken_table(b), b->attempt.space.plan.direct_map + broken_free_block(b), MIB(2),
	           PT_WRITE | PT_EXECUTE, PT_NORMAL, NULL);
}
