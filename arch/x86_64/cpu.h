/* cpu.h — x86_64: control-register bits and one-instruction wrappers. Constants are usable from assembly. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#ifdef __ASSEMBLER__
#define BIT(n) (1 << (n))
#else
#define BIT(n) (1ull << (n))
#endif

/* Intel SDM vol. 3A, "Control Registers" (§2.5) */
#define CR0_PE BIT(0)  /* protected mode                            */
#define CR0_MP BIT(1)  /* WAIT obeys TS                             */
#define CR0_TS BIT(3)  /* the next FP or SIMD instruction traps     */
#define CR0_ET BIT(4)  /* reads as one                              */
#define CR0_NE BIT(5)  /* x87 errors as exceptions                  */
#define CR0_WP BIT(16) /* read-only pages hold for the kernel, too  */
#define CR0_PG BIT(31) /* paging                                    */

#define CR4_PAE        BIT(5)
#define CR4_MCE        BIT(6)  /* machine checks                     */
#define CR4_PGE        BIT(7)  /* global pages                       */
#define CR4_OSFXSR     BIT(9)  /* SSE                                */
#define CR4_OSXMMEXCPT BIT(10) /* SSE errors as #XM                  */
#define CR4_LA57       BIT(12) /* 5-level paging                     */

/* Intel SDM vol. 4, "IA-32 Architectural MSRs" (table 2-2) */
#define MSR_APIC_BASE      0x1b
#define MSR_PAT            0x277
#define MSR_EFER           0xc0000080
#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_X2APIC         0x800 /* register n of the local APIC is MSR_X2APIC + n / 16 */

#define EFER_LME BIT(8)
#define EFER_LMA BIT(10)
#define EFER_NXE BIT(11)

#define APIC_BASE_X2APIC BIT(10)
#define APIC_BASE_ENABLE BIT(11)

/* PA0-3 as after reset (WB, WT, UC-, UC); PA4 WC, PA5 WP, PA6 UC-, PA7 UC. Intel SDM vol. 3A, "Page Attribute Table" (§12.12). */
#define PAT_VALUE 0x0007050100070406

#ifndef __ASSEMBLER__
#include <stdint.h>

static inline uint64_t read_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline uint64_t read_cr0(void) { uint64_t v; __asm__ volatile("mov %%cr0, %0" : "=r"(v)); return v; }
static inline uint64_t read_cr2(void) { uint64_t v; __asm__ volatile("mov %%cr2, %0" : "=r"(v)); return v; }
static inline uint64_t read_cr3(void) { uint64_t v; __asm__ volatile("mov %%cr3, %0" : "=r"(v)); return v; }
static inline uint64_t read_cr4(void) { uint64_t v; __asm__ volatile("mov %%cr4, %0" : "=r"(v)); return v; }
static inline void write_cr0(uint64_t v) { __asm__ volatile("mov %0, %%cr0" : : "r"(v) : "memory"); }
static inline void write_cr3(uint64_t v) { __asm__ volatile("mov %0, %%cr3" : : "r"(v) : "memory"); }
static inline void write_cr4(uint64_t v) { __asm__ volatile("mov %0, %%cr4" : : "r"(v) : "memory"); }

static inline uint64_t read_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

struct cpuid {
	uint32_t a, b, c, d;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(subleaf));
	return r;
}

static inline uint8_t port_read8(uint16_t port) { uint8_t v; __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline uint16_t port_read16(uint16_t port) { uint16_t v; __asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline uint32_t port_read32(uint16_t port) { uint32_t v; __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port)); return v; }
static inline void port_write8(uint16_t port, uint8_t v) { __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port)); }
static inline void port_write16(uint16_t port, uint16_t v) { __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port)); }
static inline void port_write32(uint16_t port, uint32_t v) { __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port)); }

static inline void interrupts_off(void) { __asm__ volatile("cli" : : : "memory"); }
static inline void interrupts_on(void) { __asm__ volatile("sti" : : : "memory"); }
static inline void wait_for_interrupt(void) { __asm__ volatile("hlt" : : : "memory"); }
static inline void spin_pause(void) { __asm__ volatile("pause"); }

#endif
#endif
