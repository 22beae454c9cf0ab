/* mode.c — the mode that the kernel's requests get. Pure: a host test chooses for processors that no emulator has. */
#include "handoff.h"

enum err arch_choose(const struct arch_facts *facts, struct requests *requests, struct arch_mode *out, struct problem *p)
{
	const struct request *paging = &requests->of[HOBNAIL_REQUEST_PAGING];

	if (!facts->no_execute)
		return problem(p, ERR_NO_NX);
	if (paging->value == 5 && !facts->la57) {
		if (paging->required)
			return problem_at(p, ERR_PAGING_UNAVAILABLE, paging->offset, 5);
		(void)requests_drop(requests, HOBNAIL_REQUEST_PAGING, ERR_PAGING_UNAVAILABLE, p);
	}
	*out = (struct arch_mode){
		.layout = paging->value == 5 ? &plan_x86_64_5 : &plan_x86_64_4,
		.fp_trap = requests->of[HOBNAIL_REQUEST_FP].value == HOBNAIL_FP_TRAP,
		.paging_levels = (unsigned)paging->value,
	};
	return OK;
}
