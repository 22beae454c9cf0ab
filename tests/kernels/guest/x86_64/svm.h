/* svm.h — x86_64: AMD's virtual machine extension (SVM), and the parts of the hypervisor that call each other.
 * Source: AMD64 Architecture Programmer's Manual vol. 2, "Secure Virtual Machine", "Layout of VMCB", "SVM Intercept
 * Codes". */
#ifndef GUEST_SVM_H
#define GUEST_SVM_H

#include "cpu.h"

/* Offsets in struct registers, for run.S */
#define REGISTERS_RBX 0
#define REGISTERS_RBP 48

#ifndef __ASSEMBLER__
#include <stddef.h>

#include "guest.h"

#define MSR_VM_CR       0xc0010114
#define MSR_VM_HSAVE_PA 0xc0010117 /* where VMRUN saves this kernel's state */
#define VM_CR_SVMDIS    BIT(4)
#define EFER_SVME       BIT(12)

/* CPUID leaves 80000001H ECX and 8000000AH EDX */
#define CPUID_SVM BIT(2)
#define CPUID_NP  BIT(0)

/* Intercepts, in two words */
#define STOP_INTR      BIT(0)
#define STOP_CPUID     BIT(18)
#define STOP_HLT       BIT(24)
#define STOP_INVLPGA   BIT(26)
#define STOP_MSR       BIT(28)
#define STOP_SHUTDOWN  BIT(31)
#define STOP_SVM       0x7f   /* VMRUN, VMMCALL, VMLOAD, VMSAVE, STGI, CLGI, SKINIT */

enum exit_code {
	EXIT_INTR = 0x60, EXIT_CPUID = 0x72, EXIT_HLT = 0x78, EXIT_INVLPGA = 0x7a, EXIT_MSR = 0x7c,
	EXIT_SHUTDOWN = 0x7f, EXIT_VMRUN = 0x80, EXIT_VMMCALL = 0x81, EXIT_SKINIT = 0x86, EXIT_NPF = 0x400,
};

/* EVENTINJ: an exception, with an error code of 0 or none */
#define INJECT(vector)       (BIT(31) | 3 << 8 | (vector))
#define INJECT_ERROR(vector) (INJECT(vector) | BIT(11))

/* EXITINFO1 of a nested page fault: as the error code of a page fault */
#define NPF_WRITE BIT(1)
#define NPF_FETCH BIT(4)

struct vmcb_segment {
	uint16_t selector, attributes;
	uint32_t limit;
	uint64_t base;
};

struct vmcb {
	uint32_t stop_access[3]; /* control and debug registers, exceptions */
	uint32_t stop[2];
	uint8_t reserved_14[0x48 - 0x14];
	uint64_t msr_map;
	uint64_t tsc_offset;
	uint32_t asid, flush;
	uint64_t interrupt;
	uint64_t shadow; /* bit 0: behind STI or MOV SS */
	uint64_t exit_code, exit_info[2], exit_event;
	uint64_t nested; /* bit 0: nested paging */
	uint8_t reserved_98[0xa8 - 0x98];
	uint64_t inject;
	uint64_t nested_root;
	uint8_t reserved_b8[0x400 - 0xb8];
	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	uint8_t reserved_4a0[0x4d0 - 0x4a0];
	uint64_t efer;
	uint8_t reserved_4d8[0x548 - 0x4d8];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
	uint8_t reserved_580[0x5d8 - 0x580];
	uint64_t rsp;
	uint8_t reserved_5e0[0x5f8 - 0x5e0];
	uint64_t rax;
	uint8_t reserved_600[0x668 - 0x600]; /* system call MSRs */
	uint64_t pat;
	uint8_t reserved_670[0x1000 - 0x670];
};
_Static_assert(sizeof(struct vmcb) == 4096, "vmcb");
_Static_assert(offsetof(struct vmcb, msr_map) == 0x48 && offsetof(struct vmcb, asid) == 0x58, "vmcb");
_Static_assert(offsetof(struct vmcb, exit_code) == 0x70 && offsetof(struct vmcb, nested) == 0x90, "vmcb");
_Static_assert(offsetof(struct vmcb, nested_root) == 0xb0 && offsetof(struct vmcb, tr) == 0x490, "vmcb");
_Static_assert(offsetof(struct vmcb, rip) == 0x578 && offsetof(struct vmcb, pat) == 0x668, "vmcb");

/* The guest's general registers but RAX and RSP, which are in the VMCB. */
struct registers {
	uint64_t rbx, rcx, rdx, rsi, rdi, unused, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
};
_Static_assert(offsetof(struct registers, rbp) == REGISTERS_RBP, "registers");

/* run.S: run the guest until it comes back. Addresses of VMCBs are physical; this kernel's keeps the state that VMRUN
 * does not. */
void guest_enter(struct registers *, uint64_t guest_vmcb, uint64_t own_vmcb);

/* linux.c: load a bzImage. Fills the guest's RIP, RSP, CR3, GDTR, and RSI. */
void linux_load(struct guest *g, struct vmcb *vmcb, struct registers *r);

#endif
#endif
