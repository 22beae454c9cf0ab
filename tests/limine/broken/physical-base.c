/* the executable address is not the image's physical one */
#include "limine.h"

BROKEN_ANSWER(WORD_ADDRESS, answer[1] += PAGE_BYTES)
