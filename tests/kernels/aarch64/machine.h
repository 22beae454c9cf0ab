/* machine.h — aarch64: what the kernels of this folder do with single instructions. */
#ifndef TESTS_KERNELS_MACHINE_H
#define TESTS_KERNELS_MACHINE_H

#include "cpu.h"
#include "kernel.h"

static inline uint32_t machine_port_read(uint16_t port, unsigned bytes) { (void)port, (void)bytes; return UINT32_MAX; }
static inline void machine_port_write(uint16_t port, unsigned bytes, uint32_t value) { (void)port, (void)bytes, (void)value; }

static inline void machine_undefined(void) { __asm__ volatile(".inst 0"); } /* udf #0 */
static inline void machine_use_fp(void) { __asm__ volatile(".inst 0x1e602800"); } /* fadd d0, d0, d0 */

/* Arm ARM, "SCTLR_EL1.SA": a load or store through a stack pointer that is not aligned to 16 bytes faults. */
static inline void machine_misaligned(void)
{
	__asm__ volatile("sub sp, sp, #8\n\t"
	                 "str x0, [sp]" : : : "memory");
}

/* TTBR0 as an operating system has it before its first process: a table, with nothing in it. */
static inline void machine_empty_user_tables(const struct hobnail_boot *boot)
{
	static uint64_t table[512] __attribute__((aligned(4096)));
	uint64_t phys = 0;

	for (uint32_t i = 0; i < boot->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(boot, &boot->segments, i);
		if ((uint64_t)table - s->virt < s->bytes)
			phys = (uint64_t)table - s->virt + s->phys;
	}
	cpu_write(ttbr0_el1, phys);
	__asm__ volatile("isb\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
}

#endif
