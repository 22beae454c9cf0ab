/* a page of read-only data is mapped as device memory */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	pt_protect(broken_table(b), broken_page(b, PITH_RODATA), PAGE_BYTES, 0, PT_DEVICE, NULL);
}
