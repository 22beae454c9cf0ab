/* machine.h — registers that broken loaders set: all of their own, whatever the loader's wrappers become. */
#ifndef TESTS_BROKEN_X86_64_MACHINE_H
#define TESTS_BROKEN_X86_64_MACHINE_H

#include <stdint.h>

#define READ_REGISTER(name) ({ uint64_t value_; __asm__ volatile("mov %%" #name ", %0" : "=r"(value_)); value_; })
#define WRITE_REGISTER(name, value) __asm__ volatile("mov %0, %%" #name : : "r"((uint64_t)(value)) : "memory")

/* Intel SDM vol. 4, "IA-32 Architectural MSRs" */
enum { APIC_BASE = 0x1b, PAT = 0x277 };
#define EFER    0xc0000080
#define GS_BASE 0xc0000101

static inline uint64_t msr_read(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/* A register of the local APIC (Intel SDM vol. 3A, "Local APIC Register Address Map"); the hand-off maps it one to
 * one. */
static inline void local_apic_write(unsigned offset, uint32_t value)
{
	uint64_t base = msr_read(APIC_BASE);

	if (base & 1u << 10) /* x2APIC mode */
		msr_write(0x800 + offset / 16, value);
	else
		*(volatile uint32_t *)(uintptr_t)((base & 0xffffffffff000) + offset) = value;
}

/* Enter the kernel by way of `code`, which ends with a jump to *entry_target. The net is mapped in the kernel's
 * space. */
#define DETOUR(code) \
	uint64_t entry_target; \
	extern const char detour[]; \
	__asm__(".pushsection .text\n" \
	        "detour:\n\t" code "\n\tjmp *entry_target(%rip)\n" \
	        ".popsection"); \
	void sabotage_entry(struct handoff *h) \
	{ \
		entry_target = h->entry; \
		h->entry = (uintptr_t)detour; \
	}

#endif
