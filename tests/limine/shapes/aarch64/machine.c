/* The PL011 of QEMU's machine `virt`, through tables of this kernel's own: from base revision 1 on TTBR0 is free. Arm
 * ARM DDI 0487, "VMSAv8-64 translation table format descriptors", "Address translation instructions". */
#include "shape.h"
#include "voice.h"

enum { UART_DATA = 0, UART_FLAGS = 0x18 / 4, SEND_FULL = 0x20, VALID = 1, TABLE = 2, ACCESSED = 1 << 10 };
#define UART ((volatile uint32_t *)0x09000000)

#define read(name) ({ uint64_t value; __asm__ volatile("mrs %0, " #name : "=r"(value)); value; })
#define write(name, number) __asm__ volatile("msr " #name ", %0; isb" : : "r"((uint64_t)(number)) : "memory")

/* One for each level below the first, which there is with 5 levels alone. */
static uint64_t tables[4][512] __attribute__((aligned(4096)));

static uint64_t phys_of(const void *at)
{
	__asm__ volatile("at s1e1r, %0; isb" : : "r"(at) : "memory");
	return (read(par_el1) & 0x0000fffffffff000) | ((uint64_t)at & 4095);
}

/* An attribute of MAIR for devices: one that is there, else the last one, which nobody uses. */
static uint64_t device_index(void)
{
	uint64_t mair = read(mair_el1);

	for (unsigned i = 0; i < 8; i++)
		if ((mair >> (8 * i) & 0xff) == 0)
			return i;
	write(mair_el1, mair & ~(0xffull << 56));
	return 7;
}

/* Nothing is mapped there but the 2 MiB that the registers are in. */
void voice_open(void)
{
	enum { BLOCK = 2 << 20 };
	uint64_t tcr = read(tcr_el1), at = (uint64_t)UART / BLOCK;

	tables[3][at] = at * BLOCK | VALID | ACCESSED | device_index() << 2;
	for (unsigned i = 0; i < 3; i++)
		tables[i][0] = phys_of(tables[i + 1]) | VALID | TABLE;
	write(ttbr0_el1, phys_of((tcr & 0x3f) < 16 ? tables[0] : tables[1]));
	write(tcr_el1, tcr & ~(1ull << 7)); /* EPD0 */
	__asm__ volatile("dsb ishst; tlbi vmalle1is; dsb ish; isb" : : : "memory");
}

void voice_put(char c)
{
	for (unsigned i = 0; i < 1000000 && (UART[UART_FLAGS] & SEND_FULL); i++)
		;
	UART[UART_DATA] = (uint8_t)c;
}

void rest(void)
{
	for (;;)
		__asm__ volatile("msr daifset, #15; wfi");
}

/* Semihosting for AArch32 and AArch64, "SYS_EXIT (0x18)". */
void end(unsigned status)
{
	uint64_t block[2] = { 0x20026, status };
	register uint64_t operation __asm__("x0") = 0x18;
	register uint64_t argument __asm__("x1") = (uint64_t)block;

	__asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(argument) : "memory");
	rest();
}

uint64_t top_table(unsigned *levels)
{
	*levels = (read(tcr_el1) >> 16 & 0x3f) < 16 ? 5 : 4; /* T1SZ */
	return read(ttbr1_el1) & 0x0000fffffffff000;
}

/* voice_open() has done it. */
void drop_low_map(uint64_t hhdm)
{
	(void)hhdm;
}

unsigned entry_kind(uint64_t entry, unsigned level)
{
	return !(entry & VALID) ? 0 : level > 0 && (entry & TABLE) ? 1 : 2;
}
