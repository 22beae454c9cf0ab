/* arch_types.h — x86_64's structures that generic code stores without using their members. */
#ifndef KERNEL_ARCH_TYPES_H
#define KERNEL_ARCH_TYPES_H

#include "cpu.h"
#include "descriptor.h"
#include "local.h"

#include "base.h"

struct cpu;

/* The registers of user mode, at the end of the kernel stack. frame.h pushes them, last first. */
struct arch_frame {
	uint64_t r15, r14, r13, r12, rbp, rbx; /* callee-saved: a system call does not save them  */
	uint64_t rdi, rsi, rdx, r10, r8;       /* the arguments of a system call, in order        */
	uint64_t rax, rcx, r11, r9;
	uint64_t vector, error;                /* undefined for a system call                     */
	uint64_t rip, cs, rflags, rsp, ss;     /* as the processor pushes them                    */
};
_Static_assert(offsetof(struct arch_frame, rdi) == FRAME_RDI && offsetof(struct arch_frame, rax) == FRAME_RAX &&
               offsetof(struct arch_frame, vector) == FRAME_VECTOR && offsetof(struct arch_frame, cs) == FRAME_CS &&
               offsetof(struct arch_frame, rsp) == FRAME_RSP && sizeof(struct arch_frame) == FRAME_BYTES, "local.h");

/* The state that a context switch saves; the general registers are on the stack. Segment registers are not saved,
 * because 64-bit code does not need them. The base of FS is always 0: without CR4.FSGSBASE a program cannot set it. */
struct arch_context {
	_Alignas(16) uint8_t fp[FXSAVE_BYTES];
	uint64_t rsp;
};
_Static_assert(offsetof(struct arch_context, rsp) == FXSAVE_BYTES, "switch.S");

struct arch_space {
	paddr root;
};

struct arch_cpu {
	struct cpu *self;   /* at gs:0 in the kernel                           */
	uint64_t stack_top; /* of the running process; also in the TSS         */
	uint64_t user_rsp;  /* scratch at the beginning of a system call       */
	uint64_t timer_at;  /* the argument of arch_timer_set()                */
	bool flush;         /* flush.c: another processor waits for this one   */
	uint64_t gdt[GDT_BYTES / 8];
	struct descriptor_tss tss;
};
_Static_assert(offsetof(struct arch_cpu, stack_top) == CPU_STACK_TOP &&
                       offsetof(struct arch_cpu, user_rsp) == CPU_USER_RSP,
               "local.h");

/* Volatile, because the processor may be another one after a context switch. */
static inline struct cpu *arch_this_cpu(void)
{
	struct cpu *self;

	__asm__ volatile("movq %%gs:0, %0" : "=r"(self));
	return self;
}

#endif
