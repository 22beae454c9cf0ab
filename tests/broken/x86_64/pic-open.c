/* breaks P80: an input of the first 8259 is not masked */
#include "../broken.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	__asm__ volatile("outb %0, $0x21" : : "a"((uint8_t)0xef));
}
