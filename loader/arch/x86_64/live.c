/* live.c — the translation that is live now. */
#include "arch.h"
#include "cpu.h"

bool arch_live_walker(struct walker *out)
{
	uint64_t cr4 = cpu_read_cr4();

	*out = (struct walker){
		.mode = cr4 & CR4_LA57 ? WALK_X86_64_5 : WALK_X86_64_4,
		.flags = (cpu_read_msr(MSR_EFER) & EFER_NXE ? 0 : WALK_NO_NX) | (cpu_has_1g_pages() ? 0 : WALK_NO_1G) |
		         (cpu_read_cr0() & CR0_WP ? 0 : WALK_NO_WP) | (cr4 & CR4_SMEP ? WALK_SMEP : 0) |
		         (cr4 & CR4_SMAP ? WALK_SMAP : 0),
		.phys_bits = (uint8_t)cpu_phys_bits(),
		.root = cpu_read_cr3() & CR3_ADDRESS,
		.pat_or_mair = cpu_read_msr(MSR_PAT),
	};
	return true;
}
