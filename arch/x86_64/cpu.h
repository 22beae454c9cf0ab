/* cpu.h — x86_64: register bits and one-instruction wrappers. Constants are usable from assembly. What a register must
 * hold is not said here: that is docs/protocol.md's to promise, the loader's to set and pith's to check. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "../bit.h"

/* Intel SDM vol. 3A, "Control Registers" (§2.5) */
#define CR0_PE BIT(0)  /* protected mode                            */
#define CR0_MP BIT(1)  /* WAIT obeys TS                             */
#define CR0_TS BIT(3)  /* the next FP or SIMD instruction traps     */
#define CR0_ET BIT(4)  /* reads as one                              */
#define CR0_NE BIT(5)  /* x87 errors as exceptions                  */
#define CR0_WP BIT(16) /* read-only pages hold for the kernel, too  */
#define CR0_CD BIT(30) /* caches take nothing in                   */
#define CR0_PG_BIT 31
#define CR0_PG BIT(CR0_PG_BIT) /* paging                            */

#define CR4_PAE        BIT(5)
#define CR4_MCE        BIT(6)  /* machine checks                     */
#define CR4_PGE        BIT(7)  /* global pages                       */
#define CR4_OSFXSR     BIT(9)  /* SSE                                */
#define CR4_OSXMMEXCPT BIT(10) /* SSE errors as #XM                  */
#define CR4_UMIP       BIT(11) /* descriptor tables stay hidden      */
#define CR4_LA57       BIT(12) /* 5-level paging                     */
#define CR4_OSXSAVE    BIT(18) /* XCR0, and what it switches on      */
#define CR4_SMEP       BIT(20) /* the kernel executes no user page   */
#define CR4_SMAP       BIT(21) /* ... and reads and writes none      */

/* The address of the root table: what is left has flags or nothing. */
#define CR3_ADDRESS 0x000ffffffffff000

/* Intel SDM vol. 1, "EFLAGS Register" (§3.4.3); vol. 3B, "Debug Registers" (§18.2): bits that read as one */
#define RFLAGS_ONES BIT(1)
#define RFLAGS_TF   BIT(8)  /* a debug exception after each instruction */
#define RFLAGS_IF   BIT(9)  /* interrupts are taken                     */
#define RFLAGS_DF   BIT(10) /* strings go downwards                     */
#define RFLAGS_NT   BIT(14) /* iret is a #GP                            */
#define RFLAGS_RF   BIT(16)
#define RFLAGS_AC   BIT(18) /* the kernel: SMAP is suspended            */
#define DR6_ONES    0xffff0ff0
#define DR7_ONES     BIT(10)
#define DR7_GLOBAL_0 BIT(1) /* DR0 is the address of an instruction, with all else clear */

/* Intel SDM vol. 1, "MXCSR Control and Status Register" (§10.2.3), "FINIT/FNINIT": all exceptions masked */
#define MXCSR_RESET       0x1f80
#define X87_CONTROL_RESET 0x37f

/* Intel SDM vol. 1, "FXSAVE Area" (§10.5.1): byte offsets */
#define FXSAVE_BYTES   512
#define FXSAVE_CONTROL 0
#define FXSAVE_MXCSR   24

/* Intel SDM vol. 4, "IA-32 Architectural MSRs" (table 2-2) */
#define MSR_APIC_BASE      0x1b
#define MSR_SYSENTER_CS    0x174
#define MSR_SYSENTER_EIP   0x176
#define MSR_PAT            0x277
#define MSR_TSC_DEADLINE   0x6e0
#define MSR_X2APIC         0x800 /* apic.h */
#define MSR_EFER           0xc0000080
#define MSR_STAR           0xc0000081
#define MSR_LSTAR          0xc0000082
#define MSR_FMASK          0xc0000084
#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

/* AMD APM vol. 2, "SEV_STATUS MSR" (§15.34.10): bit 0 says that this is an encrypted guest */
#define MSR_XAPIC_DISABLE_STATUS 0xbd
#define MSR_ARCH_CAPABILITIES    0x10a
#define MSR_SEV_STATUS     0xc0010131

/* Intel SDM vol. 3A, "Extended Feature Enable Register" (§2.2.1) */
#define EFER_SCE BIT(0)  /* syscall and sysret                   */
#define EFER_LME BIT(8)  /* long mode at the next CR0.PG          */
#define EFER_LMA BIT(10) /* long mode                             */
#define EFER_NXE BIT(11) /* NX in table entries                   */

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#include <instructions.h> /* found by the path, never beside this file: host tests have their own */

/* ---- A few instructions -------------------------------------------------------------------------------- */

/* A port of 1, 2 or 4 bytes. */
static inline uint32_t cpu_in(uint16_t port, unsigned bytes)
{
	return bytes == 1 ? cpu_in8(port) : bytes == 2 ? cpu_in16(port) : cpu_in32(port);
}

static inline void cpu_out(uint16_t port, unsigned bytes, uint32_t value)
{
	if (bytes == 1)
		cpu_out8(port, (uint8_t)value);
	else if (bytes == 2)
		cpu_out16(port, (uint16_t)value);
	else
		cpu_out32(port, value);
}

/* Intel SDM vol. 2A, "CPUID": leaf 1 ECX[24]: the local APIC's timer can wait for a value of the TSC. */
static inline bool cpu_has_tsc_deadline(void)
{
	return cpu_id(1, 0).c >> 24 & 1;
}

/* Intel SDM vol. 2A, "CPUID": leaf 80000008H EAX[7:0], MAXPHYADDR; 36 where there is no such leaf. */
static inline unsigned cpu_phys_bits(void)
{
	return cpu_id(0x80000000, 0).a >= 0x80000008 ? cpu_id(0x80000008, 0).a & 0xff : 36;
}

/* ... leaf 80000001H EDX[26] */
static inline bool cpu_has_1g_pages(void)
{
	return cpu_id(0x80000001, 0).d >> 26 & 1;
}

/* ... leaf 7: EBX[7], EBX[20] and ECX[2]: the bits of CR4 that keep the kernel from user memory, and user mode from the
 * kernel's tables. */
static inline uint64_t cpu_protections(void)
{
	struct cpu_id r = cpu_id(0, 0).a >= 7 ? cpu_id(7, 0) : (struct cpu_id){ 0 };

	return (r.b & BIT(7) ? CR4_SMEP : 0) | (r.b & BIT(20) ? CR4_SMAP : 0) | (r.c & BIT(2) ? CR4_UMIP : 0);
}

/* Intel SDM vol. 2A, "CPUID": leaf 1 ECX[21]. */
static inline bool cpu_has_x2apic(void)
{
	return cpu_id(1, 0).c >> 21 & 1;
}

/* Intel SDM vol. 2A, "CPUID": leaf 0BH EDX is the x2APIC id, where there is that leaf; leaf 1
 * EBX[31:24] has 8 bits of it. */
static inline uint32_t cpu_apic_id(void)
{
	if (cpu_id(0, 0).a >= 0xb && cpu_id(0xb, 0).b)
		return cpu_id(0xb, 0).d;
	return cpu_id(1, 0).b >> 24;
}

/* Intel SDM vol. 3B, "Time-Stamp Counter": leaf 15H has the crystal's Hz (ECX) and the ratio TSC : crystal (EBX : EAX).
 * 0: the processor does not say. */
static inline uint64_t cpu_tsc_hz(void)
{
	if (cpu_id(0, 0).a < 0x15)
		return 0;
	struct cpu_id r = cpu_id(0x15, 0);
	return r.a ? (uint64_t)r.c * r.b / r.a : 0;
}

#endif
#endif
