/* the command line is not the string of the kernel's file */
#include "limine.h"

BROKEN_ANSWER(WORD_FILE, ({
	uint64_t *file = broken_target(b, answer[1]);
	file[4]++;
}))
