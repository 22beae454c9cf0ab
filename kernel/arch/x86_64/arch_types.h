/* arch_types.h — what generic code holds for x86_64 without looking into it. */
#ifndef KERNEL_ARCH_TYPES_H
#define KERNEL_ARCH_TYPES_H

#include "base.h"

struct cpu;

/* The registers of user mode, at the end of the kernel stack. */
struct arch_frame {
	uint64_t general[15]; /* r15 ... rax, as vectors.S pushes them */
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

struct arch_context {
	_Alignas(16) uint8_t fp[512]; /* fxsave */
	uint64_t rsp;
	uint64_t fs_base;
};

struct arch_space {
	paddr root;
};

struct arch_cpu {
	struct cpu *self; /* at gs:0 in the kernel */
};

static inline struct cpu *arch_this_cpu(void)
{
	struct cpu *self;

	__asm__("movq %%gs:0, %0" : "=r"(self));
	return self;
}

#endif
