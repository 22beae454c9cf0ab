/* the paging mode's answer is the other one */
#include "limine.h"

BROKEN_ANSWER(WORD_PAGING_MODE, answer[1] ^= 1)
