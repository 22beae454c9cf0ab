/* walk_schemes.c — every format there is, for programs that read tables of any machine. */
#include "walk_scheme.h"

const struct walk_scheme *const walk_schemes[WALK_MODES] = {
	[WALK_X86_64_4] = &walk_x86_64_4, [WALK_X86_64_5] = &walk_x86_64_5,
	[WALK_AARCH64] = &walk_aarch64, [WALK_AARCH64_EL2] = &walk_aarch64_el2,
	[WALK_AARCH64_LPA2] = &walk_aarch64_lpa2, [WALK_AARCH64_EL2_LPA2] = &walk_aarch64_el2_lpa2,
	[WALK_SV39] = &walk_sv39, [WALK_SV48] = &walk_sv48,
};
