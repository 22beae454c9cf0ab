/* machine.h — aarch64: what the kernels of this folder do with single instructions. */
#ifndef TESTS_KERNELS_MACHINE_H
#define TESTS_KERNELS_MACHINE_H

#include "cpu.h"
#include "kernel.h"

static inline uint32_t machine_port_read(uint16_t port, unsigned bytes) { (void)port, (void)bytes; return UINT32_MAX; }
static inline void machine_port_write(uint16_t port, unsigned bytes, uint32_t value)
{
	(void)port, (void)bytes, (void)value;
}

static inline void machine_undefined(void) { __asm__ volatile(".inst 0"); } /* udf #0 */
static inline void machine_use_fp(void) { __asm__ volatile(".inst 0x1e602800"); } /* fadd d0, d0, d0 */

/* Arm ARM, "SCTLR_EL1.SA": a load or store through a stack pointer that is not aligned to 16 bytes faults. */
static inline void machine_misaligned(void)
{
	__asm__ volatile("sub sp, sp, #8\n\t"
	                 "str x0, [sp]" : : : "memory");
}

/* The same place by a pointer whose top byte is a tag. */
static inline volatile char *machine_tagged(const void *at)
{
	cpu_write(tcr_el1, cpu_read(tcr_el1) | TCR_TBI1);
	cpu_instruction_barrier();
	return (volatile char *)(((uintptr_t)at & ~(0xffull << 56)) | 0x5aull << 56);
}

/* Entries of user mode's tables. Arm ARM, "VMSAv8-64 translation table format descriptors": a page is normal memory,
 * inner shareable, read-only for EL1 and EL0, and PXN. */
#define MACHINE_TABLE     3ull
#define MACHINE_USER_PAGE (3 | 1ull << 6 | 1ull << 7 | 3ull << 8 | 1ull << 10 | 1ull << 53)
#define MACHINE_WITHHELD  (1ull << 60) /* what a table's entry has otherwise where it forbids: UXNTable */

/* Tables for user mode, with `first` as entry 0 of the root and no other. 0: as an operating system has TTBR0 before
 * its first process. */
static inline void machine_user_tables(const struct hobnail_boot *boot, uint64_t first)
{
	static uint64_t table[512] __attribute__((aligned(4096)));

	table[0] = first;
	cpu_stores_barrier();
	cpu_write(ttbr0_el1, phys_of(boot, table));
	__asm__ volatile("isb\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
}

/* What user mode executes: it reads from where its argument says. */
static inline __attribute__((naked, noinline)) void machine_user_code(void) { __asm__("ldr x0, [x0]"); }

static inline __attribute__((noreturn)) void machine_enter_user(uint64_t entry, uint64_t argument)
{
	register uint64_t x0 __asm__("x0") = argument;

	cpu_write(elr_el1, entry);
	cpu_write(spsr_el1, 0x3c0); /* EL0t, all masked */
	__asm__ volatile("eret" : : "r"(x0));
	__builtin_unreachable();
}

#endif
