/* cpu.h — aarch64: system-register bits and one-instruction wrappers. Constants are usable from assembly.
 * Source: Arm Architecture Reference Manual, DDI 0487, "AArch64 System Register Descriptions" (D17), by register name. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#ifdef __ASSEMBLER__
#define BIT(n) (1 << (n))
#else
#define BIT(n) (1ull << (n))
#endif

/* SCTLR_ELx */
#define SCTLR_M  BIT(0)  /* translation          */
#define SCTLR_A  BIT(1)  /* alignment checks     */
#define SCTLR_C  BIT(2)  /* data cache           */
#define SCTLR_SA BIT(3)  /* stack alignment      */
#define SCTLR_SA0 BIT(4) /* ... at EL0           */
#define SCTLR_I  BIT(12) /* instruction cache    */
/* RES1 of the base architecture: EL1 LSMAOE, nTLSMD, SPAN, EIS, TSCXT, EOS; EL2 bits 29, 28, 23, 22, 18, 16, 11, 5, 4 */
#define SCTLR_EL1_RES1 0x30d00800
#define SCTLR_EL2_RES1 0x30c50830

/* HCR_EL2 */
#define HCR_TGE BIT(27)
#define HCR_RW  BIT(31)  /* EL1 is AArch64                                    */
#define HCR_E2H BIT(34)
#define HCR_APK BIT(40)  /* pointer-authentication keys do not trap           */
#define HCR_API BIT(41)  /* pointer-authentication instructions do not trap   */

/* SPSR_ELx, PSTATE */
#define SPSR_DAIF (15 * BIT(6))
#define SPSR_EL1H 0x5
#define SPSR_EL2H 0x9

/* MAIR_ELx: index 0 normal write-back, 1 Device-nGnRE, 2 normal non-cacheable */
#define MAIR_VALUE 0x4404ff

/* CPACR_EL1, CPTR_EL2 */
#define CPACR_FPEN (3 * BIT(20))
#define CPTR_EL2_RES1 0x32ff /* E2H = 0: SVE, SME and FP do not trap here; bit 12 is RES1 without SME */
#define CPTR_EL2_TFP  BIT(10)
#define CPTR_EL2_TSM  BIT(12)

#ifndef __ASSEMBLER__
#include <stdint.h>

#define read_sysreg(name) ({ uint64_t sysreg_; __asm__ volatile("mrs %0, " #name : "=r"(sysreg_)); sysreg_; })
#define write_sysreg(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(value)) : "memory")

static inline void instruction_barrier(void) { __asm__ volatile("isb" : : : "memory"); }
static inline void data_barrier(void) { __asm__ volatile("dsb sy" : : : "memory"); }
static inline void interrupts_off(void) { __asm__ volatile("msr daifset, #15" : : : "memory"); }
static inline void interrupts_on(void) { __asm__ volatile("msr daifclr, #15" : : : "memory"); }
static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" : : : "memory"); }
static inline void wait_for_event(void) { __asm__ volatile("wfe" : : : "memory"); }

/* 1, 2 or 3 */
static inline unsigned current_level(void)
{
	return (unsigned)(read_sysreg(CurrentEL) >> 2 & 3);
}

/* A four-bit field of an identification register. */
static inline unsigned id_field(uint64_t value, unsigned shift)
{
	return (unsigned)(value >> shift & 15);
}

/* By virtual address, to the point of coherency (PoC) or unification (PoU). */
static inline void clean_to_poc(uintptr_t at) { __asm__ volatile("dc cvac, %0" : : "r"(at) : "memory"); }
static inline void clean_invalidate_to_poc(uintptr_t at) { __asm__ volatile("dc civac, %0" : : "r"(at) : "memory"); }
static inline void clean_to_pou(uintptr_t at) { __asm__ volatile("dc cvau, %0" : : "r"(at) : "memory"); }
static inline void invalidate_instructions(void) { __asm__ volatile("ic ialluis\n\tdsb ish\n\tisb" : : : "memory"); }

/* The smallest data cache line, bytes. CTR_EL0.DminLine counts words as a power of two. */
static inline uint64_t data_line_bytes(void)
{
	return 4ull << (read_sysreg(ctr_el0) >> 16 & 15);
}

#endif
#endif
