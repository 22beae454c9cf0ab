/* arch_types.h — what generic code holds for aarch64 without looking into it. */
#ifndef KERNEL_ARCH_TYPES_H
#define KERNEL_ARCH_TYPES_H

#include "base.h"

struct cpu;

/* The registers of user mode, at the end of the kernel stack. */
struct arch_frame {
	uint64_t general[31];
	uint64_t sp, pc, flags;
};

struct arch_context {
	_Alignas(16) uint8_t fp[512]; /* q0 to q31 */
	uint64_t fpcr, fpsr;
	uint64_t callee_saved[11];    /* x19 to x29 */
	uint64_t pc, sp;
	uint64_t tpidr_el0;
};

struct arch_space {
	paddr root;
	uint64_t asid;
};

struct arch_cpu {
	struct cpu *self;
};

static inline struct cpu *arch_this_cpu(void)
{
	struct cpu *self;

	__asm__("mrs %0, tpidr_el1" : "=r"(self));
	return self;
}

#endif
