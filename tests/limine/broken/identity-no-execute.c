/* 2 MiB of the identity map cannot be executed */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	pt_protect(&b->attempt.space.lower, broken_free_block(b), MIB(2), PT_WRITE, PT_NORMAL, NULL);
}
