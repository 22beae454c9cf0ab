/* machine.h — x86_64: what the kernels of this folder do with single instructions. */
#ifndef TESTS_KERNELS_MACHINE_H
#define TESTS_KERNELS_MACHINE_H

#include "cpu.h"
#include "kernel.h"

static inline uint32_t machine_port_read(uint16_t port, unsigned bytes) { return cpu_in(port, bytes); }
static inline void machine_port_write(uint16_t port, unsigned bytes, uint32_t value) { cpu_out(port, bytes, value); }

static inline void machine_undefined(void) { __asm__ volatile("ud2"); }
static inline void machine_use_fp(void) { __asm__ volatile("addps %xmm1, %xmm0"); }

/* movaps wants its operand aligned to 16 bytes: what a compiler emits for a stack that it believes to be aligned. */
static inline void machine_misaligned(void)
{
	__asm__ volatile("sub $64, %%rsp\n\t"
	                 "and $-16, %%rsp\n\t"
	                 "movaps %%xmm0, 8(%%rsp)" : : : "memory");
}

/* A root of our own that keeps the kernel's half, the net in it, and has nothing in the lower half. */
static inline void machine_empty_user_tables(const struct hobnail_boot *boot)
{
	static uint64_t table[512] __attribute__((aligned(4096)));
	const uint64_t *old = hobnail_virt(boot, boot->root);
	uint64_t phys = 0;

	for (unsigned i = 256; i < 512; i++)
		table[i] = old[i];
	for (uint32_t i = 0; i < boot->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(boot, &boot->segments, i);
		if ((uint64_t)table - s->virt < s->bytes)
			phys = (uint64_t)table - s->virt + s->phys;
	}
	__asm__ volatile("mov %0, %%cr3" : : "r"(phys) : "memory");
}

#endif
