/* modules that the kernel asks for are listed in another order */
#include "limine.h"

BROKEN_ANSWER(WORD_MODULES, ({
	uint64_t *modules = broken_target(b, answer[2]), first = modules[0];
	modules[0] = modules[1];
	modules[1] = first;
}))
