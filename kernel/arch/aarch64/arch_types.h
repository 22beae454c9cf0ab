/* arch_types.h — what generic code holds for aarch64 without looking into it; layout.h says where assembly finds it. */
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
	const struct cpu *last; /* who uses it or has done so last; NULL: its ASID must be flushed wherever it is used next */
};

struct arch_cpu {
	struct cpu *self;
	void *fault_stack;    /* its end: for exceptions of the kernel whose own stack has no room */
	uintptr_t interrupts; /* GIC: registers of the interrupts that are this processor's own    */
	uint32_t target;      /* GICv2: its bit among the CPU interfaces                           */
};
_Static_assert(offsetof(struct arch_cpu, fault_stack) == CPU_FAULT_STACK, "layout.h");

static inline struct cpu *arch_this_cpu(void)
{
	struct cpu *self;

	__asm__ volatile("mrs %0, tpidr_el1" : "=r"(self)); /* with VHE, too: this one is not redirected */
	return self;
}

#endif
