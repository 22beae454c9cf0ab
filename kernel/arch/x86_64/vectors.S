/* vectors.S — where exceptions and interrupts arrive, and the way back to user mode.
 *
 * GS: in the kernel its base is this processor's struct cpu, in user mode 0; swapgs exchanges the two. A trap from user mode
 * exchanges them. One from the kernel does not, unless it came within the few instructions at the kernel's edges that still
 * have, or have again, user mode's: only NMI, #MC and #DB can, and those do not return. struct cpu lies in the upper half, so
 * the sign of the base tells which one it is.
 *
 * Stacks: from user mode, the end of the process's kernel stack (TSS.rsp0). Exceptions that may come when the stack is bad have
 * one of their own (interrupt stack table), which must not be left to another process: frames from user mode move. */
#include "cpu.h"
#include "descriptor.h"
#include "frame.h"

	.text
	.balign STUB_BYTES
	.globl vectors
vectors:
	vector_stubs VECTOR_STUBS, STUB_BYTES, trap

	.globl vector_spurious
vector_spurious:
	iretq

/* In:  error code and vector, below what the processor has pushed; interrupts masked */
trap:
	push_scratch
	push_kept
	kernel_flags
	testb $3, FRAME_CS(%rsp)
	jz 2f
	swapgs
	movq %gs:CPU_STACK_TOP, %rdi
	subq $FRAME_BYTES, %rdi
	cmpq %rsp, %rdi
	je 1f
	movq %rsp, %rsi
	movq %rdi, %rsp
	movl $FRAME_BYTES / 8, %ecx
	rep movsq
1:	movq %rsp, %rdi
	xorl %ebp, %ebp		/* the first C function's caller is user mode: return addresses end here */
	call trap_from_user
	jmp frame_return

2:	movl $MSR_GS_BASE, %ecx
	rdmsr
	testl %edx, %edx
	js 3f
	swapgs
3:	movq %rsp, %rdi
	call trap_from_kernel
	pop_kept
	pop_scratch
	addq $16, %rsp		/* vector and error code */
	iretq

/* In:  rdi = the frame, the last thing on the kernel stack */
	.globl arch_frame_return
	.type arch_frame_return, @function
arch_frame_return:
	movq %rdi, %rsp
frame_return:
	pop_kept
	pop_scratch
	addq $16, %rsp
	swapgs
	iretq
	.size arch_frame_return, . - arch_frame_return

	.section .note.GNU-stack, "", @progbits
