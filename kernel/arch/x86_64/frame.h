/* frame.h — assembly macros that push and pop the general registers of struct arch_frame. */
#include "local.h"

.macro push_scratch
	.irp r, r9, r11, rcx, rax, r8, r10, rdx, rsi, rdi
	pushq %\r
	.endr
.endm

.macro pop_scratch
	.irp r, rdi, rsi, rdx, r10, r8, rax, rcx, r11, r9
	popq %\r
	.endr
.endm

.macro push_kept
	.irp r, rbx, rbp, r12, r13, r14, r15
	pushq %\r
	.endr
.endm

.macro pop_kept
	.irp r, r15, r14, r13, r12, rbp, rbx
	popq %\r
	.endr
.endm

/* Loads the kernel's RFLAGS. Interrupts and system calls keep user mode's AC, which would switch SMAP off; interrupts
 * also keep user mode's DF. */
.macro kernel_flags
	pushq $RFLAGS_ONES
	popfq
.endm
