/* breaks P76: the TSS that TR names is not busy */
#include "../broken.h"

void sabotage_entry(struct handoff *h)
{
	struct __attribute__((packed)) { uint16_t limit; uint64_t base; } gdt;
	uint16_t tr;

	(void)h;
	__asm__ volatile("sgdt %0\n\tstr %1" : "=m"(gdt), "=r"(tr));
	/* Intel SDM vol. 3A, "TSS Descriptor": the busy bit of the type */
	((uint8_t *)gdt.base)[tr + 5] &= (uint8_t)~2;
}
