/* schemes.c — the tables that this processor can have. */
#include "walk_scheme.h"

const struct walk_scheme *const walk_schemes[WALK_MODES] = {
	[WALK_X86_64_4] = &walk_x86_64_4, [WALK_X86_64_5] = &walk_x86_64_5,
};
