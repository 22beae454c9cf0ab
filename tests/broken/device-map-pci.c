/* breaks P49: a page of PCI's configuration space is not in the device map
 * kernel: pith-devicemap */
#include "broken.h"

/* The first of what tables name. */
void sabotage_checked(struct boot *b)
{
	pt_unmap(broken_table(b), b->attempt.space.plan.device_map + b->attempt.platform.devices[0].base, PAGE_BYTES,
	         NULL);
}
