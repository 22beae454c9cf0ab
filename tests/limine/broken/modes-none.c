/* a framebuffer has no modes */
#include "limine.h"

BROKEN_ANSWER(WORD_FRAMEBUFFER, ({
	const uint64_t *screens = broken_target(b, answer[2]);
	((uint64_t *)broken_target(b, screens[0]))[8] = 0;
}))
