/* a byte of the kernel's file is another */
#include "limine.h"

BROKEN_ANSWER(WORD_FILE, ({
	const uint64_t *file = broken_target(b, answer[1]);
	((uint8_t *)broken_target(b, file[1]))[PAGE_BYTES + 64] ^= 1;
}))
