/* breaks P57: the masks of two colours overlap
 * run: -- -device ramfb */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	struct hobnail_framebuffer *screen = broken_at(b, b->hobnail.record->framebuffers.offset);

	screen->green_mask = screen->red_mask;
}
