/* vectors.S — entry of exceptions and interrupts, and return to user mode.
 *
 * GS: its base is this processor's struct cpu in the kernel, and 0 in user mode. A trap from user mode executes swapgs.
 * A trap from the kernel does not, with one exception: NMI, #MC and #DB can arrive in the first or last instructions of
 * a system call, where the base is still user mode's, and those do not return. struct cpu lies in the upper half, so
 * the sign of the base shows which one it is.
 *
 * Stacks: a trap from user mode uses the process's kernel stack (TSS.rsp0). Exceptions that can arrive while the stack
 * is bad use the interrupt stack table. A frame from user mode is moved from there to the kernel stack, because the
 * process may be switched away. */
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

/* In:  vector and error code on the stack, below the processor's frame; interrupts masked */
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
	xorl %ebp, %ebp		/* the call chain ends here */
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

/* In:  rdi = the frame, at the top of the kernel stack */
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
