/* mode.c — the mode that the kernel's requests get. Pure but for the log: a host test chooses for processors that no emulator
 * has. */
#include "handoff.h"
#include "log.h"

enum err arch_choose(const struct arch_facts *facts, struct requests *requests, struct arch_mode *out, struct problem *p)
{
	uint32_t level = (uint32_t)requests->of[HOBNAIL_REQUEST_LEVEL].value;
	bool off = requests->of[HOBNAIL_REQUEST_MMU_OFF].value;

	if (facts->firmware_level > 2)
		return problem(p, ERR_LEVEL_EL3, facts->firmware_level);
	/* Never a silent fallback, required or not: a hypervisor at EL1 would only fail later. */
	if (level != HOBNAIL_LEVEL_EL1 && facts->firmware_level != 2)
		return problem(p, ERR_LEVEL_UNAVAILABLE, facts->firmware_level);
	if (level == HOBNAIL_LEVEL_EL2_VHE && !facts->vhe)
		return problem(p, ERR_LEVEL_NO_VHE);
	if (level != HOBNAIL_LEVEL_EL2_VHE && facts->e2h_fixed)
		return problem(p, ERR_LEVEL_E2H_FIXED);
	*out = (struct arch_mode){
		.layout = level == HOBNAIL_LEVEL_EL2 ? &plan_aarch64_el2 : &plan_aarch64,
		.level = level,
		.mmu_off = off,
		.fp_trap = requests->of[HOBNAIL_REQUEST_FP].value == HOBNAIL_FP_TRAP,
		.paging_levels = off ? 0 : 4,
	};
	log_line("firmware at EL%u%s, kernel at EL%u%s", facts->firmware_level, facts->vhe ? " of a processor with VHE" : "",
	         level == HOBNAIL_LEVEL_EL1 ? 1 : 2, level == HOBNAIL_LEVEL_EL2_VHE ? " with VHE" : "");
	return OK;
}
