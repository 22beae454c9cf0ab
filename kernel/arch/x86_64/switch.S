/* switch.S — from one stack to another. */
#include "cpu.h"
#include "frame.h"

	.text

/* In:  rdi = where to keep what runs, rsi = what to go on with: struct arch_context
 * Out: the other's return address, and its registers that C functions keep */
	.globl arch_context_switch
	.type arch_context_switch, @function
arch_context_switch:
	push_kept
	fxsaveq (%rdi)
	movq %rsp, FXSAVE_BYTES(%rdi)
	movq FXSAVE_BYTES(%rsi), %rsp
	fninit			/* AMD64 APM vol. 2, "FXSAVE and FXRSTOR Instructions": AMD's leave the last x87 instruction's address */
	fxrstorq (%rsi)
	pop_kept
	ret
	.size arch_context_switch, . - arch_context_switch

/* In:  rdi = the end of a stack, aligned to 16 bytes; rsi = the function, rdx = its argument */
	.globl arch_stack_call
	.type arch_stack_call, @function
arch_stack_call:
	movq %rdi, %rsp
	movq %rdx, %rdi
	xorl %ebp, %ebp
	call *%rsi
	ud2
	.size arch_stack_call, . - arch_stack_call

	.section .note.GNU-stack, "", @progbits
