/* the executable address is not the image's virtual one */
#include "limine.h"

BROKEN_ANSWER(WORD_ADDRESS, answer[2] += PAGE_BYTES)
