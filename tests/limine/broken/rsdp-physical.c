/* the RSDP's address is physical */
#include "limine.h"

BROKEN_ANSWER(WORD_RSDP, answer[1] -= b->attempt.space.plan.direct_map)
