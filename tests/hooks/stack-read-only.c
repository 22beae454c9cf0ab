/* The top of the boot stack cannot be written. */
#include "damage.h"

void sabotage_space(struct boot *b)
{
	pt_protect(&b->space.upper, b->space.stack.virt + b->space.stack.bytes - PAGE_BYTES, PAGE_BYTES, 0, PT_NORMAL, NULL);
}
