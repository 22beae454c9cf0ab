/* mode_x86_64.c — the number of paging levels, and the mode of local APICs. */
#include "mode.h"

enum err mode_choose_x86_64(const struct arch_facts *facts, const struct wants *wants, struct arch_mode *out,
                            struct problem *p)
{
	static const struct plan_layout *const layouts[2][2] = {
		{ &plan_x86_64_4, &plan_x86_64_5 }, { &plan_x86_64_4_wc5, &plan_x86_64_5_wc5 },
	};
	unsigned levels = facts->la57 ? wants->paging_most : (unsigned)min_u64(wants->paging_most, 4);

	if (!facts->no_execute)
		return problem(p, ERR_NO_NX);
	if (levels < wants->paging_least)
		return problem(p, ERR_PAGING_UNAVAILABLE, wants->paging_least);
	if (facts->x2apic_stays && wants->state & STATE_XAPIC && wants->processors)
		return problem(p, ERR_X2APIC_STAYS);
	*out = (struct arch_mode){
		.layout = layouts[wants->types_pat5][levels == 5],
		.mmu_off = wants->mmu_off,
		.fp_trap = wants->fp_trap,
		.paging_levels = levels,
		.state = wants->state & ~(uint32_t)(facts->x2apic_stays ? STATE_XAPIC : 0),
	};
	out->memory_types = out->layout->memory_types;
	return OK;
}
