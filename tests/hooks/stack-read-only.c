/* The top of the boot stack cannot be written. */
#include "damage.h"

void sabotage_space(struct boot *b)
{
	pt_protect(&b->attempt.space.upper, b->attempt.space.stack.virt + b->attempt.space.stack.bytes - PAGE_BYTES,
	           PAGE_BYTES, 0, PT_NORMAL, NULL);
}
