/* cpu.h — single instructions that C cannot say. */
#ifndef KERNEL_ARCH_CPU_H
#define KERNEL_ARCH_CPU_H

#include <stdint.h>

/* Intel SDM vol. 4, "Architectural MSRs" (table 2-2) */
enum {
	MSR_APIC_BASE = 0x1b,
	MSR_PAT = 0x277,
	MSR_X2APIC = 0x800, /* register at xAPIC offset n is MSR 0x800 + n / 16 */
	MSR_EFER = 0xc0000080,
	MSR_FS_BASE = 0xc0000100,
	MSR_GS_BASE = 0xc0000101,
	MSR_KERNEL_GS_BASE = 0xc0000102,
};

/* Intel SDM vol. 3A, "Control Registers" (§2.5), "Extended Feature Enable Register" (§2.2.1) */
enum {
	CR0_PE = 1u << 0, CR0_MP = 1u << 1, CR0_TS = 1u << 3, CR0_ET = 1u << 4, CR0_NE = 1u << 5, CR0_WP = 1u << 16,
	CR0_PG = 1u << 31,
	CR4_PAE = 1u << 5, CR4_MCE = 1u << 6, CR4_PGE = 1u << 7, CR4_OSFXSR = 1u << 9, CR4_OSXMMEXCPT = 1u << 10,
	CR4_LA57 = 1u << 12,
	EFER_LME = 1u << 8, EFER_LMA = 1u << 10, EFER_NXE = 1u << 11,
};

#define CPU_READ(name, instruction) \
	static inline uint64_t name(void) \
	{ \
		uint64_t value; \
		__asm__ volatile(instruction : "=r"(value)); \
		return value; \
	}
CPU_READ(cpu_cr0, "mov %%cr0, %0")
CPU_READ(cpu_cr2, "mov %%cr2, %0")
CPU_READ(cpu_cr3, "mov %%cr3, %0")
CPU_READ(cpu_cr4, "mov %%cr4, %0")
CPU_READ(cpu_cr8, "mov %%cr8, %0")
CPU_READ(cpu_dr7, "mov %%dr7, %0")
#undef CPU_READ

static inline uint64_t cpu_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return low | (uint64_t)high << 32;
}

static inline uint64_t cpu_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return low | (uint64_t)high << 32;
}

struct cpuid {
	uint32_t a, b, c, d;
};

static inline struct cpuid cpu_id(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(subleaf));
	return r;
}

static inline uint8_t cpu_in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint16_t cpu_in16(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint32_t cpu_in32(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void cpu_out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void cpu_out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void cpu_out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline void cpu_invalidate_page(const void *at)
{
	__asm__ volatile("invlpg (%0)" : : "r"(at) : "memory");
}

#endif
