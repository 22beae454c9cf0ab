#include "shape.h"
#include "voice.h"

enum { COM1 = 0x3f8, LINE_STATUS = 5, READY = 0x20, DEBUG_EXIT = 0xf4 };

static uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void port_write(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

void voice_open(void)
{
}

void voice_put(char c)
{
	for (unsigned i = 0; i < 1000000 && !(port_read(COM1 + LINE_STATUS) & READY); i++)
		;
	port_write(COM1, (uint8_t)c);
}

void rest(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

void end(unsigned status)
{
	__asm__ volatile("outl %0, %1" : : "a"(status), "Nd"((uint16_t)DEBUG_EXIT));
	rest();
}

uint64_t top_table(unsigned *levels)
{
	uint64_t cr3, cr4;

	__asm__("mov %%cr3, %0" : "=r"(cr3));
	__asm__("mov %%cr4, %0" : "=r"(cr4));
	*levels = cr4 & 1u << 12 ? 5 : 4; /* LA57 */
	return cr3 & 0x000ffffffffff000;
}

void drop_low_map(uint64_t hhdm)
{
	unsigned levels;
	uint64_t top = top_table(&levels);
	volatile uint64_t *root = (volatile uint64_t *)(top + hhdm);

	for (unsigned i = 0; i < 256; i++)
		root[i] = 0;
	__asm__ volatile("mov %0, %%cr3" : : "r"(top) : "memory");
}

unsigned entry_kind(uint64_t entry, unsigned level)
{
	return !(entry & 1) ? 0 : level > 0 && !(entry & 1u << 7) ? 1 : 2;
}
