/* breaks P79: SSE rounds towards zero */
#include "../broken.h"

void sabotage_entry(struct handoff *h)
{
	uint32_t mxcsr = 0x7f80;

	(void)h;
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}
