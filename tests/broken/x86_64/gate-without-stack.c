/* breaks P77: page faults are taken on the stack that faulted */
#include "../broken.h"

void sabotage_entry(struct handoff *h)
{
	enum { PAGE_FAULT = 14 };
	struct __attribute__((packed)) { uint16_t limit; uint64_t base; } idt;

	(void)h;
	__asm__ volatile("sidt %0" : "=m"(idt));
	((uint8_t *)idt.base)[16 * PAGE_FAULT + 4] = 0; /* Intel SDM vol. 3A, "64-Bit Mode IDT": the gate's IST field */
}
