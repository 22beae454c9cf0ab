/* iommu.c — finds IOMMUs in ACPI tables, and switches one off. */
#include "iommu.h"

/* ---- Tables -------------------------------------------------------------------------------------------- */

/* Both tables have their entries from 48 on: length 2, base of the registers 8. DMAR's begin with a type of 16 bits,
 * IVRS's with one of 8. */
enum { ENTRIES = 48, ENTRY_BYTES = 16, DRHD = 0, IVHD_10 = 0x10, IVHD_11 = 0x11, IVHD_40 = 0x40 };

/* VT-d: invalidation queue and all before it are in the first page. AMD-Vi: the status register is at 0x2020. */
enum { VT_D_BYTES = 0x1000, AMD_VI_BYTES = 0x3000 };

static bool is_unit(enum iommu_kind kind, const uint8_t *entry)
{
	if (kind == IOMMU_VT_D)
		return read_le16(entry) == DRHD;
	return entry[0] == IVHD_10 || entry[0] == IVHD_11 || entry[0] == IVHD_40;
}

/* IVRS describes a unit by up to three blocks, for software of several ages. */
static bool is_listed(const struct iommu *list, size_t count, paddr base)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].base == base)
			return true;
	return false;
}

static size_t read_units(const struct acpi *a, enum iommu_kind kind, struct iommu *out, size_t capacity, size_t count)
{
	uint32_t bytes;
	const uint8_t *t = acpi_table(a, kind == IOMMU_VT_D ? "DMAR" : "IVRS", &bytes);

	for (uint32_t at = ENTRIES, length; t && range_within(at, ENTRY_BYTES, bytes); at += length) {
		length = read_le16(t + at + 2);
		if (length < 4 || !range_within(at, length, bytes))
			break;
		paddr base = read_le64(t + at + 8);
		if (length < ENTRY_BYTES || !is_unit(kind, t + at) || !base ||
		    is_listed(out, min_u64(count, capacity), base))
			continue;
		if (count < capacity)
			out[count] = (struct iommu){ base, kind == IOMMU_VT_D ? VT_D_BYTES : AMD_VI_BYTES, kind };
		count++;
	}
	return count;
}

size_t acpi_iommus(const struct acpi *a, struct iommu *out, size_t capacity)
{
	size_t count = read_units(a, IOMMU_VT_D, out, capacity, 0);

	return read_units(a, IOMMU_AMD_VI, out, capacity, count);
}

/* ---- Registers ----------------------------------------------------------------------------------------- */

static uint32_t get(const struct iommu_registers *r, unsigned offset)
{
	return r->read(r->context, offset);
}

static bool becomes_clear(const struct iommu_registers *r, unsigned offset, uint32_t bits)
{
	for (unsigned i = 0; i < IOMMU_PATIENCE; i++)
		if (!(get(r, offset) & bits))
			return true;
	return false;
}

/* VT-d. Global command and status have the same bits; those of VT_D_ONE_SHOT are commands only. */
enum {
	VT_D_VERSION = 0x00,
	VT_D_CAPABILITIES = 0x08,
	VT_D_COMMAND = 0x18,
	VT_D_STATUS = 0x1c,
	VT_D_PROTECTED = 0x64,  /* "Protected Memory Enable Register" */
	VT_D_QUEUE_HEAD = 0x80, /* "Invalidation Queue Head Register" */
	VT_D_QUEUE_TAIL = 0x88,
};
#define VT_D_TRANSLATES (1u << 31)
#define VT_D_QUEUES     (1u << 26)
#define VT_D_REMAPS     (1u << 25) /* interrupts                            */
#define VT_D_ONE_SHOT   0x69000000u /* root and remapping table, fault log, write buffer */
#define VT_D_CAN_PROTECT (3u << 5) /* of the capabilities: PLMR, PHMR       */
#define VT_D_PROTECTS   (1u << 31) /* of that register; bit 0 is its status */

/* One bit at a time. */
static bool vt_d_clear(const struct iommu_registers *r, uint32_t bit)
{
	uint32_t status = get(r, VT_D_STATUS);

	if (!(status & bit))
		return true;
	r->write(r->context, VT_D_COMMAND, status & ~VT_D_ONE_SHOT & ~bit);
	return becomes_clear(r, VT_D_STATUS, bit);
}

/* The queue must be empty when it is switched off. */
static bool vt_d_queue_empties(const struct iommu_registers *r)
{
	for (unsigned i = 0; i < IOMMU_PATIENCE; i++)
		if (get(r, VT_D_QUEUE_HEAD) == get(r, VT_D_QUEUE_TAIL))
			return true;
	return false;
}

/* Remapping of interrupts invalidates through the queue, so it goes first. Protected regions shut devices out of
 * memory as long as nothing is translated. */
static const char *vt_d_off(const struct iommu_registers *r)
{
	if (get(r, VT_D_VERSION) == 0 || get(r, VT_D_VERSION) == UINT32_MAX)
		return NULL;
	if (!vt_d_clear(r, VT_D_TRANSLATES))
		return "translation of DMA";
	if (!vt_d_clear(r, VT_D_REMAPS))
		return "remapping of interrupts";
	if (get(r, VT_D_STATUS) & VT_D_QUEUES && !(vt_d_queue_empties(r) && vt_d_clear(r, VT_D_QUEUES)))
		return "the invalidation queue";
	if (!(get(r, VT_D_CAPABILITIES) & VT_D_CAN_PROTECT) || !(get(r, VT_D_PROTECTED) & VT_D_PROTECTS))
		return NULL;
	r->write(r->context, VT_D_PROTECTED, get(r, VT_D_PROTECTED) & ~VT_D_PROTECTS);
	return becomes_clear(r, VT_D_PROTECTED, 1) ? NULL : "protection of memory";
}

/* AMD-Vi. */
enum { AMD_VI_CONTROL = 0x18, AMD_VI_STATUS = 0x2020 };
#define AMD_VI_ENABLED 1u
/* of the control register: event log and its interrupt 2, 3; command buffer 12; logs of page requests and guests'
 * interrupts, and their interrupts 13, 14, 28, 29 */
#define AMD_VI_BUFFERS 0x3000700cu
#define AMD_VI_RUNNING 0x198u /* of the status: event log 3, command buffer 4, the other logs 7, 8 */

static const char *amd_vi_off(const struct iommu_registers *r)
{
	uint32_t control = get(r, AMD_VI_CONTROL);

	if (control == UINT32_MAX)
		return NULL;
	if (control & AMD_VI_BUFFERS) {
		control &= ~AMD_VI_BUFFERS;
		r->write(r->context, AMD_VI_CONTROL, control);
		if (!becomes_clear(r, AMD_VI_STATUS, AMD_VI_RUNNING))
			return "its command buffer or a log";
	}
	if (!(control & AMD_VI_ENABLED))
		return NULL;
	r->write(r->context, AMD_VI_CONTROL, control & ~AMD_VI_ENABLED);
	return becomes_clear(r, AMD_VI_CONTROL, AMD_VI_ENABLED) ? NULL : "translation of DMA";
}

const char *iommu_off(enum iommu_kind kind, const struct iommu_registers *r)
{
	return kind == IOMMU_VT_D ? vt_d_off(r) : amd_vi_off(r);
}
