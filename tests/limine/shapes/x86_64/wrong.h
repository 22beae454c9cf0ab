/* wrong.h — what wrong.c does in its own way here. */
#ifndef TESTS_LIMINE_WRONG_H
#define TESTS_LIMINE_WRONG_H

#include "shape.h"

#define RETURN "ret"

/* Switch to tables of the kernel's own, without the direct map, and load a segment register: its descriptor is in the
 * loader's GDT, which was there. */
static inline void wrong_tables(uint64_t hhdm, uint64_t address)
{
	static uint64_t root[512] __attribute__((aligned(4096)));
	static uint8_t stack[4096] __attribute__((aligned(16)));
	const struct answer_pair *a = (const void *)address;
	unsigned levels;
	const uint64_t *old = (const uint64_t *)(top_table(&levels) + hhdm);
	unsigned first = hhdm >> (12 + 9 * (levels - 1)) & 511, last = first + 31;

	for (unsigned i = 256; i < 512; i++)
		root[i] = i >= first && i <= last ? 0 : old[i];
	__asm__ volatile("mov %0, %%rsp; mov %1, %%cr3; mov $0x30, %%eax; mov %%eax, %%ds"
	                 : : "r"(stack + sizeof stack), "r"((uint64_t)root - a->second + a->first) : "rax", "memory");
}

/* Load a data segment of the loader's, where it is not any more. */
static inline void wrong_segments(enum wrong_gdt how)
{
	enum { CODE_64_HIGH = 0x00af9b00 };
	static uint64_t gdt[6];
	struct __attribute__((packed)) { uint16_t limit; uint64_t base; } table;

	gdt[how == OWN_GDT ? 5 : 1] = (uint64_t)CODE_64_HIGH << 32 | 0xffff;
	if (how == SPOILT_GDT) {
		__asm__ volatile("sgdt %0" : "=m"(table));
		((volatile uint64_t *)table.base)[6] = 0;
	} else {
		table.limit = how == OWN_GDT ? sizeof gdt - 1 : 15;
		table.base = (uint64_t)gdt;
		__asm__ volatile("lgdt %0" : : "m"(table), "m"(gdt));
	}
	__asm__ volatile("mov %0, %%ds" : : "r"(0x30) : "memory");
}

#endif
