/* a file that does not exist is listed */
#include "limine.h"

#include <string.h>

BROKEN_ANSWER(WORD_MODULES, ({
	const uint64_t *modules = broken_target(b, answer[2]), *file = broken_target(b, modules[0]);
	memcpy(broken_target(b, file[3]), "/absent.txt", sizeof "/absent.txt");
}))
