/* mode_aarch64.c — the exception level, and the number of paging levels. */
#include "mode.h"

#include <hobnail/boot.h>

static const struct plan_layout *layout_of(uint32_t level, unsigned paging_levels, bool wc1)
{
	if (level == HOBNAIL_LEVEL_EL2)
		return &plan_aarch64_el2;
	if (paging_levels == 5)
		return wc1 ? &plan_aarch64_5_wc1 : &plan_aarch64_5;
	return wc1 ? &plan_aarch64_wc1 : &plan_aarch64;
}

/* There are no tables of 5 levels for a single range. */
static unsigned levels_of(const struct arch_facts *facts, const struct wants *wants, uint32_t level)
{
	return wants->paging_most >= 5 && facts->lpa2 && level != HOBNAIL_LEVEL_EL2 ? 5 : 4;
}

enum err mode_choose_aarch64(const struct arch_facts *facts, const struct wants *wants, struct arch_mode *out,
                             struct problem *p)
{
	bool best = wants->level_best && facts->firmware_level == 2 && facts->vhe;
	uint32_t level = best ? HOBNAIL_LEVEL_EL2_VHE : wants->level;
	unsigned levels = levels_of(facts, wants, level);

	if (facts->firmware_level > 2)
		return problem(p, ERR_LEVEL_EL3, facts->firmware_level);
	/* Never a silent fallback, required or not: a hypervisor at EL1 would only fail later. */
	if (level != HOBNAIL_LEVEL_EL1 && facts->firmware_level != 2)
		return problem(p, ERR_LEVEL_UNAVAILABLE, facts->firmware_level);
	if (level == HOBNAIL_LEVEL_EL2_VHE && !facts->vhe)
		return problem(p, ERR_LEVEL_NO_VHE);
	if (level != HOBNAIL_LEVEL_EL2_VHE && facts->e2h_fixed)
		return problem(p, ERR_LEVEL_E2H_FIXED);
	if (levels < wants->paging_least)
		return problem(p, ERR_PAGING_LEVELS, wants->paging_least);
	*out = (struct arch_mode){
		.layout = layout_of(level, levels, wants->types_pat5),
		.level = level,
		.mmu_off = wants->mmu_off,
		.fp_trap = wants->fp_trap,
		.paging_levels = wants->mmu_off ? 0 : levels,
		.state = wants->state,
	};
	out->memory_types = out->layout->memory_types;
	return OK;
}
