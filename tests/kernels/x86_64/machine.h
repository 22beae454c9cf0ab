/* machine.h — x86_64: what the kernels of this folder do with single instructions. */
#ifndef TESTS_KERNELS_MACHINE_H
#define TESTS_KERNELS_MACHINE_H

#include "cpu.h"
#include "descriptor.h"
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

static inline volatile char *machine_tagged(const void *at) { return (volatile char *)(uintptr_t)at; } /* no tags */

/* Entries of user mode's tables. Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging": present, writable in tables,
 * U/S. */
#define MACHINE_TABLE     7ull
#define MACHINE_USER_PAGE 5ull
#define MACHINE_WITHHELD  4ull /* what a table's entry has otherwise where it forbids: U/S */

/* A root of our own that keeps the kernel's half, the net in it, and has `first` as entry 0, and nothing else in the
 * lower half. */
static inline void machine_user_tables(const struct hobnail_boot *boot, uint64_t first)
{
	static uint64_t table[512] __attribute__((aligned(4096)));
	const uint64_t *old = hobnail_virt(boot, boot->root);

	table[0] = first;
	for (unsigned i = 256; i < 512; i++)
		table[i] = old[i];
	__asm__ volatile("mov %0, %%cr3" : : "r"(phys_of(boot, table)) : "memory");
}

/* What user mode executes: it reads from where its argument says. */
static inline __attribute__((naked, noinline)) void machine_user_code(void) { __asm__("mov (%rdi), %rax"); }

/* With a GDT of the kernel's own, since the loader's has no segments for user mode: of that stay, as docs/protocol.md
 * asks of those who keep the net, the code segment's selector and TR. */
static inline __attribute__((noreturn)) void machine_enter_user(uint64_t entry, uint64_t argument)
{
	enum { USER_DATA = 0x18 | 3, USER_CODE = 0x20 | 3 };
	static const uint64_t gdt[] = { 0, SEGMENT_CODE_64, SEGMENT_DATA, SEGMENT_DATA | SEGMENT_USER,
	                                SEGMENT_CODE_64 | SEGMENT_USER };
	const struct descriptor_table gdtr = { sizeof gdt - 1, (uintptr_t)gdt };

	__asm__ volatile("lgdt %0\n\t"
	                 "pushq %1\n\t"
	                 "pushq $0\n\t"
	                 "pushq %2\n\t"
	                 "pushq %3\n\t"
	                 "pushq %4\n\t"
	                 "iretq" : : "m"(gdtr), "i"(USER_DATA), "i"(RFLAGS_ONES), "i"(USER_CODE), "r"(entry),
	                 "D"(argument) : "memory");
	__builtin_unreachable();
}

#endif
