/* random values are the same */
#include "limine.h"

BROKEN_ANSWER(WORD_ENTROPY, ({
	uint64_t *values = broken_target(b, answer[2]);
	values[1] = values[0];
}))
