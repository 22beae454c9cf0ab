/* breaks P42 (and so P47): a page that nobody asked for in the lower half */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_map(&b->attempt.space.lower, MIB(8), broken_free_block(b), PAGE_BYTES, PT_WRITE, PT_NORMAL, NULL);
}
