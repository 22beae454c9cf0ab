/* a framebuffer is mapped as write-back memory */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	const struct hobnail_framebuffer *fb = &b->attempt.platform.framebuffer;
	paddr from = align_down(fb->phys, PAGE_BYTES), to = align_up(fb->phys + fb->bytes, PAGE_BYTES);

	pt_protect(broken_table(b), b->attempt.space.plan.direct_map + from, to - from, PT_WRITE | PT_EXECUTE,
	           PT_NORMAL, NULL);
}
