/* switch.S — the context switch. */
#include "cpu.h"
#include "frame.h"

	.text

/* In:  rdi = struct arch_context to save to, rsi = struct arch_context to resume
 * Out: returns in the resumed context, with its callee-saved registers */
	.globl arch_context_switch
	.type arch_context_switch, @function
arch_context_switch:
	push_kept
	fxsaveq (%rdi)
	movq %rsp, FXSAVE_BYTES(%rdi)
	movq FXSAVE_BYTES(%rsi), %rsp
	/* AMD64 APM vol. 2, "FXSAVE and FXRSTOR Instructions": AMD's keep the last x87 instruction's address */
	fninit
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
