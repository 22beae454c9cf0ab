/* live.c — the translation that is live now. */
#include "arch.h"
#include "cpu.h"
#include "el2.h"

/* The walker does not know these, so they are refused: other granules, table entries that do not limit rights (HPD).
 * With DS the shareability of memory is in TCR. */

/* EL1, or EL2 with E2H = 1, where these names mean EL2's registers. */
static bool two_ranges(struct walker *out)
{
	uint64_t tcr = cpu_read(tcr_el1), sctlr = cpu_read(sctlr_el1);

	*out = (struct walker){
		.mode = tcr & TCR_DS ? WALK_AARCH64_LPA2 : WALK_AARCH64,
		.flags = (sctlr & SCTLR_WXN ? WALK_WXN : 0) |
		         (tcr & TCR_EPD0 ? WALK_EPD0 : 0) | (tcr & TCR_EPD1 ? WALK_EPD1 : 0) |
		         (tcr & TCR_TBI0 ? WALK_TBI0 : 0) | (tcr & TCR_TBI1 ? WALK_TBI1 : 0) |
		         (tcr & TCR_HA ? WALK_HW_AF : 0) | (cpu_user_is_barred() ? WALK_SMAP : 0) |
		         (tcr & TCR_DS && !(tcr & TCR_SH0) ? WALK_ALONE0 : 0) |
		         (tcr & TCR_DS && !(tcr & TCR_SH1) ? WALK_ALONE1 : 0),
		.phys_bits = (uint8_t)cpu_range_bits(tcr >> TCR_IPS_SHIFT & 7),
		.t0sz = tcr & TCR_TSZ,
		.t1sz = tcr >> 16 & TCR_TSZ,
		.root = cpu_read(ttbr0_el1),
		.upper_root = cpu_read(ttbr1_el1),
		.pat_or_mair = cpu_read(mair_el1),
	};
	return sctlr & SCTLR_M && !(tcr & (TCR_HPD0 | TCR_HPD1)) && (!(tcr & TCR_TG0) || tcr & TCR_EPD0) &&
	       ((tcr & TCR_TG1) == TCR_TG1_4K || tcr & TCR_EPD1);
}

static bool one_range(struct walker *out)
{
	uint64_t tcr = cpu_read(tcr_el2), sctlr = cpu_read(sctlr_el2);

	*out = (struct walker){
		.mode = tcr & TCR_EL2_DS ? WALK_AARCH64_EL2_LPA2 : WALK_AARCH64_EL2,
		.flags = (sctlr & SCTLR_WXN ? WALK_WXN : 0) | (tcr & TCR_EL2_HA ? WALK_HW_AF : 0) |
		         (tcr & TCR_EL2_TBI ? WALK_TBI0 : 0) |
		         (tcr & TCR_EL2_DS && !(tcr & TCR_SH0) ? WALK_ALONE0 : 0),
		.phys_bits = (uint8_t)cpu_range_bits(tcr >> TCR_EL2_PS_SHIFT & 7),
		.t0sz = tcr & TCR_TSZ,
		.root = cpu_read(ttbr0_el2),
		.pat_or_mair = cpu_read(mair_el2),
	};
	return sctlr & SCTLR_M && !(tcr & TCR_EL2_HPD) && !(tcr & TCR_TG0);
}

/* EDK2's and U-Boot's tables are in memory that their maps keep (U-Boot, common/board_f.c, reserve_mmu()). */
void arch_own_memory(uint64_t bytes, arch_visit *visit, void *context)
{
	(void)bytes, (void)visit, (void)context;
}

bool arch_live_walker(struct walker *out)
{
	return cpu_level() == 2 && !el2_has_host() ? one_range(out) : two_ranges(out);
}
