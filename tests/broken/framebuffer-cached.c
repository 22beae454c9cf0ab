/* breaks P58: the framebuffer is mapped as write-back memory
 * run: -- -device ramfb */
#include "broken.h"

void sabotage_checked(struct boot *b)
{
	const struct plan_piece *screen = &b->attempt.space.framebuffer;
	vaddr from = align_down(screen->virt, PAGE_BYTES);

	pt_protect(broken_table(b), from, align_up(screen->virt + screen->bytes, PAGE_BYTES) - from, PT_WRITE,
	           PT_NORMAL, NULL);
}
