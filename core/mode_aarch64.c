/* mode_aarch64.c — the exception level. */
#include "mode.h"

#include <hobnail/boot.h>

enum err mode_choose_aarch64(const struct arch_facts *facts, const struct wants *wants, struct arch_mode *out,
                             struct problem *p)
{
	bool best = wants->level_best && facts->firmware_level == 2 && facts->vhe;
	uint32_t level = best ? HOBNAIL_LEVEL_EL2_VHE : wants->level;

	if (facts->firmware_level > 2)
		return problem(p, ERR_LEVEL_EL3, facts->firmware_level);
	/* Never a silent fallback, required or not: a hypervisor at EL1 would only fail later. */
	if (level != HOBNAIL_LEVEL_EL1 && facts->firmware_level != 2)
		return problem(p, ERR_LEVEL_UNAVAILABLE, facts->firmware_level);
	if (level == HOBNAIL_LEVEL_EL2_VHE && !facts->vhe)
		return problem(p, ERR_LEVEL_NO_VHE);
	if (level != HOBNAIL_LEVEL_EL2_VHE && facts->e2h_fixed)
		return problem(p, ERR_LEVEL_E2H_FIXED);
	if (wants->paging_least > 4)
		return problem(p, ERR_PAGING_LEVELS, wants->paging_least);
	*out = (struct arch_mode){
		.layout = level == HOBNAIL_LEVEL_EL2 ? &plan_aarch64_el2
		          : wants->types_pat5        ? &plan_aarch64_wc1
		                                     : &plan_aarch64,
		.level = level,
		.mmu_off = wants->mmu_off,
		.fp_trap = wants->fp_trap,
		.paging_levels = wants->mmu_off ? 0 : 4,
		.state = wants->state,
	};
	out->memory_types = out->layout->memory_types;
	return OK;
}
