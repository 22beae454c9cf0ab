/* Firmware that leaves its IOMMUs on at the exit, as it does where it protects itself from devices: translation,
 * interrupt remapping and queue of VT-d units, AMD-Vi units with command buffer and event log. */
#include "iommu.h"
#include "mmio.h"
#include "sabotage.h"

/* Intel VT-d, "Invalidation Wait Descriptor": type 5, a status of 1 is written. QEMU's queue cannot be switched off
 * before it has seen one. */
static uint64_t queue[512] __attribute__((aligned(4096)));

static void switch_vt_d_on(paddr at)
{
	static const uint32_t commands[] = { 1u << 26, 1u << 26 | 1u << 25, 1u << 26 | 1u << 25 | 1u << 31 };

	queue[0] = 5 | 1 << 5 | 1ull << 32;
	queue[1] = (uintptr_t)&queue[256];
	mmio_write(at + 0x90, 4, (uint32_t)(uintptr_t)queue);
	mmio_write(at + 0x94, 4, (uint32_t)((uintptr_t)queue >> 32));
	for (unsigned i = 0; i < 3; i++)
		mmio_write(at + 0x18, 4, commands[i]);
	mmio_write(at + 0x88, 4, 16);
}

void sabotage_map(struct boot *b, struct memmap *m)
{
	struct iommu units[2];
	size_t count = acpi_iommus(&b->facts.acpi, units, 2);

	(void)m;
	for (size_t i = 0; i < count && i < 2; i++)
		if (units[i].kind == IOMMU_VT_D)
			switch_vt_d_on(units[i].base);
		else
			mmio_write(units[i].base + 0x18, 4, 0x1005);
}
