/* breaks P40 (and so P39): a page of data can be executed */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	pt_protect(broken_table(b), broken_page(b, PITH_DATA), PAGE_BYTES, PT_WRITE | PT_EXECUTE, PT_NORMAL, NULL);
}
