/* The page below the boot stack is mapped. */
#include "damage.h"

void sabotage_space(struct boot *b)
{
	pt_map(&b->attempt.space.upper, b->attempt.space.stack.virt - PAGE_BYTES, b->attempt.space.stack.phys,
	       PAGE_BYTES, PT_WRITE, PT_NORMAL, NULL);
}
