/* arch_types.h — aarch64's structures that generic code stores without using their members; layout.h has their offsets
 * for assembly. */
#ifndef KERNEL_ARCH_TYPES_H
#define KERNEL_ARCH_TYPES_H

#include "base.h"
#include "arch/aarch64/layout.h"

struct cpu;

/* The registers of user mode, at the end of the kernel stack. */
struct arch_frame {
	uint64_t general[31];
	uint64_t sp, pc, flags;
};
_Static_assert(offsetof(struct arch_frame, sp) == FRAME_SP && offsetof(struct arch_frame, pc) == FRAME_PC &&
               sizeof(struct arch_frame) == FRAME_BYTES, "layout.h");

struct arch_context {
	uint64_t callee_saved[11];    /* x19 to x29 */
	uint64_t pc, sp;
	uint64_t tpidr_el0;
	uint64_t fpcr, fpsr;
	_Alignas(16) uint8_t fp[512]; /* q0 to q31 */
};
_Static_assert(offsetof(struct arch_context, sp) == CONTEXT_SP && offsetof(struct arch_context, fpcr) == CONTEXT_FPCR &&
               offsetof(struct arch_context, fp) == CONTEXT_FP, "layout.h");

struct arch_space {
	paddr root;
	uint64_t asid;
	const struct cpu *last; /* uses the space or used it last; NULL: the next user flushes the ASID */
};

struct arch_cpu {
	struct cpu *self;
	void *fault_stack;    /* end of the stack for kernel exceptions if the kernel stack is full */
	uintptr_t interrupts; /* GIC: registers of this processor's private interrupts              */
	uint32_t target;      /* GICv2: this processor's bit in a target list                       */
};
_Static_assert(offsetof(struct arch_cpu, fault_stack) == CPU_FAULT_STACK, "layout.h");

static inline struct cpu *arch_this_cpu(void)
{
	struct cpu *self;

	__asm__ volatile("mrs %0, tpidr_el1" : "=r"(self)); /* VHE does not redirect this register */
	return self;
}

#endif
