/* trap.h — shared by vectors.S and trap.c. */
#ifndef KERNEL_ARCH_TRAP_H
#define KERNEL_ARCH_TRAP_H

#define TRAP_STUB_BYTES 16

#ifndef __ASSEMBLER__

#include <stdint.h>

/* As vectors.S pushes it, last first. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

void trap_handle(struct trap_frame *frame);

#endif
#endif
