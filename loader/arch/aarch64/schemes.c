/* schemes.c — the tables that this processor can have. */
#include "walk_scheme.h"

const struct walk_scheme *const walk_schemes[WALK_MODES] = {
	[WALK_AARCH64] = &walk_aarch64, [WALK_AARCH64_EL2] = &walk_aarch64_el2,
	[WALK_AARCH64_LPA2] = &walk_aarch64_lpa2, [WALK_AARCH64_EL2_LPA2] = &walk_aarch64_el2_lpa2,
};
