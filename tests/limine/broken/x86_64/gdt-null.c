/* a descriptor of the GDT is not what it must be */
#include "limine.h"

void sabotage_entry(struct handoff *h)
{
	struct __attribute__((packed)) { uint16_t limit; uint64_t base; } gdt;

	(void)h;
	__asm__ volatile("sgdt %0" : "=m"(gdt));
	((uint64_t *)gdt.base)[1] = 0;
}
