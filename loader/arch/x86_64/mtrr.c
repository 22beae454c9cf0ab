/* mtrr.c — the other processors get the boot processor's memory types. INIT leaves these registers alone, and firmware
 * sets them alike; emulators may clear them (QEMU's TCG does at INIT: seen with 7.2).
 *
 * Intel SDM vol. 3A, "Memory Type Range Registers (MTRRs)", "MTRR Considerations in MP Systems". */
#include "local.h"

enum { MTRR_CAP = 0xfe, MTRR_BASE_0 = 0x200, MTRR_DEFAULT = 0x2ff, MOST_PAIRS = 16 };
#define MTRR_HAS_FIXED  BIT(8)  /* of MTRR_CAP; bits 7:0: pairs of base and mask */
#define MTRR_ENABLE     BIT(11) /* of MTRR_DEFAULT                               */

static const uint16_t fixed[] = { 0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f };

static struct {
	unsigned fixed, words; /* words: two for each pair */
	uint64_t of_fixed[COUNT_OF(fixed)], of_pairs[2 * MOST_PAIRS], type;
} saved;

/* Intel SDM vol. 2A, "CPUID": leaf 1 EDX[12] */
static bool has_mtrrs(void)
{
	return cpu_id(1, 0).d >> 12 & 1;
}

void mtrr_save(void)
{
	if (!has_mtrrs())
		return;
	uint64_t cap = cpu_read_msr(MTRR_CAP);
	saved.fixed = cap & MTRR_HAS_FIXED ? COUNT_OF(fixed) : 0;
	saved.words = 2 * (unsigned)min_u64(cap & 0xff, MOST_PAIRS);
	saved.type = cpu_read_msr(MTRR_DEFAULT);
	for (unsigned i = 0; i < saved.fixed; i++)
		saved.of_fixed[i] = cpu_read_msr(fixed[i]);
	for (unsigned i = 0; i < saved.words; i++)
		saved.of_pairs[i] = cpu_read_msr(MTRR_BASE_0 + i);
}

static bool are_equal(void)
{
	bool equal = cpu_read_msr(MTRR_DEFAULT) == saved.type;

	for (unsigned i = 0; i < saved.fixed; i++)
		equal = equal && cpu_read_msr(fixed[i]) == saved.of_fixed[i];
	for (unsigned i = 0; i < saved.words; i++)
		equal = equal && cpu_read_msr(MTRR_BASE_0 + i) == saved.of_pairs[i];
	return equal;
}

void mtrr_load(void)
{
	uint64_t cr0 = cpu_read_cr0();

	if (!has_mtrrs() || are_equal())
		return;
	cpu_write_cr0(cr0 | CR0_CD);
	cpu_write_back_caches();
	cpu_write_cr3(cpu_read_cr3());
	cpu_write_msr(MTRR_DEFAULT, saved.type & ~(uint64_t)MTRR_ENABLE);
	for (unsigned i = 0; i < saved.fixed; i++)
		cpu_write_msr(fixed[i], saved.of_fixed[i]);
	for (unsigned i = 0; i < saved.words; i++)
		cpu_write_msr(MTRR_BASE_0 + i, saved.of_pairs[i]);
	cpu_write_msr(MTRR_DEFAULT, saved.type);
	cpu_write_back_caches();
	cpu_write_cr3(cpu_read_cr3());
	cpu_write_cr0(cr0);
}
