/* the reset came after the loader */
#include "limine.h"

BROKEN_ANSWER(WORD_PERFORMANCE, answer[1] = 1ull << 50)
