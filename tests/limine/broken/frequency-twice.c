/* the counter's frequency is twice what it is */
#include "limine.h"

BROKEN_ANSWER(WORD_TSC_FREQUENCY, answer[1] *= 2)
