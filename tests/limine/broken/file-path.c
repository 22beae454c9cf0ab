/* the path of the kernel's file has no leading slash */
#include "limine.h"

BROKEN_ANSWER(WORD_FILE, ({
	uint64_t *file = broken_target(b, answer[1]);
	file[3]++;
}))
