/* a framebuffer's EDID is none */
#include "limine.h"

BROKEN_ANSWER(WORD_FRAMEBUFFER, ({
	const uint64_t *screens = broken_target(b, answer[2]);
	uint64_t *screen = broken_target(b, screens[0]);
	screen[6] = 128; /* bytes */
	screen[7] = screens[0];
}))
