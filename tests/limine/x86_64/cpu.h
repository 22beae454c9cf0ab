/* cpu.h — instructions of x86_64 that C does not have. */
#ifndef TESTS_LIMINE_CPU_H
#define TESTS_LIMINE_CPU_H

#include <stdint.h>

/* Intel SDM vol. 4, "Architectural MSRs" */
enum {
	MSR_APIC_BASE = 0x1b, MSR_MTRR_CAP = 0xfe, MSR_MTRR_BASES = 0x200, MSR_PAT = 0x277, MSR_MTRR_DEFAULT = 0x2ff,
	MSR_X2APIC = 0x800,
};
#define MSR_EFER    0xc0000080u
#define MSR_FS_BASE 0xc0000100u
#define MSR_GS_BASE 0xc0000101u

static inline uint64_t msr_read(uint32_t number)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
	return (uint64_t)high << 32 | low;
}

static inline void port_write(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

struct cpuid {
	uint32_t a, b, c, d;
};

static inline struct cpuid cpuid(uint32_t leaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(0));
	return r;
}

#define READ_CONTROL(n) ({ uint64_t value; __asm__ volatile("mov %%cr" #n ", %0" : "=r"(value)); value; })

#endif
