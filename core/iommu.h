/* iommu.h — IOMMUs: where ACPI says they are, and the registers that switch one off. Pure: registers are reached
 * through the caller.
 *
 *   Sources  Intel Virtualization Technology for Directed I/O, "DMA Remapping Hardware Unit Definition (DRHD)
 *            Structure", "Register Descriptions"; AMD I/O Virtualization Technology (IOMMU) Specification, "I/O
 *            Virtualization Hardware Definition (IVHD) Block", "MMIO Registers" */
#ifndef CORE_IOMMU_H
#define CORE_IOMMU_H

#include "tables.h"

enum { IOMMU_MOST = 64 };

enum iommu_kind { IOMMU_VT_D, IOMMU_AMD_VI };

struct iommu {
	paddr base; /* of its registers, whole pages from here on */
	uint32_t bytes;
	enum iommu_kind kind;
};

/* The units of DMAR and IVRS, each once. Returns how many there are (may exceed capacity). An entry of an impossible
 * length ends its table. */
size_t acpi_iommus(const struct acpi *acpi, struct iommu *out, size_t capacity);

/* Registers of one unit, by byte offset: 32 bits at a time. */
struct iommu_registers {
	uint32_t (*read)(void *context, unsigned offset);
	void (*write)(void *context, unsigned offset, uint32_t value);
	void *context;
};

/* Each wait is bounded by as many reads of a register, which take a microsecond or so. */
enum { IOMMU_PATIENCE = 1000000 };

/* No translation, no remapped interrupts, no queues and logs in memory. NULL: it is so, or no unit answers at this
 * address. Else the part that is still at work, in words. */
const char *iommu_off(enum iommu_kind kind, const struct iommu_registers *registers);

#endif
