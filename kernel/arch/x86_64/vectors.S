/* vectors.S — 256 stubs that leave one shape of frame for trap.c: TRAP_STUB_BYTES apart, so that their addresses can be
 * computed. Entered with interrupts off on the interrupted stack. */
#include "arch/x86_64/trap.h"

	.text
	.balign TRAP_STUB_BYTES
	.globl trap_stubs
trap_stubs:
	.set vector, 0
	.rept 256
	.balign TRAP_STUB_BYTES
	/* These push an error code themselves (Intel SDM vol. 3A, "Exception and Interrupt Vectors"). */
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
	pushq $0
	.endif
	pushq $vector
	jmp trap_common
	.set vector, vector + 1
	.endr

trap_common:
	.irp r, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
	pushq %\r
	.endr
	movq %rsp, %rdi
	movq %rsp, %rbx
	andq $-16, %rsp
	cld
	call trap_handle
	movq %rbx, %rsp
	.irp r, r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
	popq %\r
	.endr
	addq $16, %rsp
	iretq
	.section .note.GNU-stack, "", @progbits
