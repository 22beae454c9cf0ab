/* breaks P41: user mode can read a page of read-only data */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_protect(broken_table(b), broken_page(b, PITH_RODATA), PAGE_BYTES, PT_USER, PT_NORMAL, NULL);
}
