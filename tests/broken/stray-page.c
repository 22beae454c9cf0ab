/* breaks P47: a page in the upper half that belongs to nothing */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	/* 2 GiB below the kernel, in its slot */
	pt_map(broken_table(b), broken_page(b, PITH_TEXT) - GIB(2), broken_free_block(b), PAGE_BYTES, PT_WRITE,
	       PT_NORMAL, NULL);
}
