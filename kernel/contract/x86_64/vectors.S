/* vectors.S — 256 stubs that push struct trap_frame for trap.c. They lie TRAP_STUB_BYTES apart, so that their addresses
 * can be computed. Entered with interrupts masked, on the interrupted stack. */
#include "contract/x86_64/trap.h"
#include "descriptor.h"

	.text
	.balign TRAP_STUB_BYTES
	.globl trap_stubs
trap_stubs:
	vector_stubs VECTORS, TRAP_STUB_BYTES, trap_common

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
