/* two modules are the same memory */
#include "limine.h"

BROKEN_ANSWER(WORD_MODULES, ({
	const uint64_t *modules = broken_target(b, answer[2]), *file = broken_target(b, modules[0]);
	((uint64_t *)broken_target(b, modules[1]))[1] = file[1];
}))
