/* breaks P56: the registers of the console are mapped as write-back memory */
#include "../broken.h"

void sabotage_checked(struct boot *b)
{
	pt_protect(broken_table(b), align_down(b->attempt.space.console.virt, PAGE_BYTES), PAGE_BYTES, PT_WRITE,
	           PT_NORMAL, NULL);
}
