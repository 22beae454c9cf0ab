/* a byte of a module is another */
#include "limine.h"

BROKEN_ANSWER(WORD_MODULES, ({
	const uint64_t *modules = broken_target(b, answer[2]), *file = broken_target(b, modules[0]);
	((uint8_t *)broken_target(b, file[1]))[100] ^= 1;
}))
