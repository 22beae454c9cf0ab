/* the loader has no name */
#include "limine.h"

/* The first request of this kind is the one inside the delimiters. */
BROKEN_ANSWER(WORD_BOOTLOADER_INFO, *(uint8_t *)broken_target(b, answer[1]) = 0)
