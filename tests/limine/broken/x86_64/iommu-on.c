/* a VT-d unit translates */
#include "iommu.h"
#include "limine.h"
#include "mmio.h"

void sabotage_entry(struct handoff *h)
{
	mmio_write(h->devices[h->device_count - 1].base + 0x18, 4, 1u << 31);
}
