/* breaks P39: a page of read-only data can be written */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_protect(broken_table(b), broken_page(b, PITH_RODATA), PAGE_BYTES, PT_WRITE, PT_NORMAL, NULL);
}
