/* a framebuffer's colours share a bit */
#include "limine.h"

BROKEN_ANSWER(WORD_FRAMEBUFFER, ({
	const uint64_t *screens = broken_target(b, answer[2]);
	uint8_t *screen = broken_target(b, screens[0]);
	screen[36] = screen[38]; /* the shifts of red and green */
}))
