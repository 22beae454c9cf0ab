/* switch.S — the context switch. */
#include "arch/aarch64/layout.h"
#include "cpu.h"

	.arch_extension fp
	.arch_extension simd

	.macro	floating what, at
	\what	q0, q1, [\at, #CONTEXT_FP]
	\what	q2, q3, [\at, #CONTEXT_FP + 32 * 1]
	\what	q4, q5, [\at, #CONTEXT_FP + 32 * 2]
	\what	q6, q7, [\at, #CONTEXT_FP + 32 * 3]
	\what	q8, q9, [\at, #CONTEXT_FP + 32 * 4]
	\what	q10, q11, [\at, #CONTEXT_FP + 32 * 5]
	\what	q12, q13, [\at, #CONTEXT_FP + 32 * 6]
	\what	q14, q15, [\at, #CONTEXT_FP + 32 * 7]
	\what	q16, q17, [\at, #CONTEXT_FP + 32 * 8]
	\what	q18, q19, [\at, #CONTEXT_FP + 32 * 9]
	\what	q20, q21, [\at, #CONTEXT_FP + 32 * 10]
	\what	q22, q23, [\at, #CONTEXT_FP + 32 * 11]
	\what	q24, q25, [\at, #CONTEXT_FP + 32 * 12]
	\what	q26, q27, [\at, #CONTEXT_FP + 32 * 13]
	\what	q28, q29, [\at, #CONTEXT_FP + 32 * 14]
	\what	q30, q31, [\at, #CONTEXT_FP + 32 * 15]
	.endm

	/* x19 to x29 and the program counter, in x30 */
	.macro	callee_saved what, at
	\what	x19, x20, [\at]
	\what	x21, x22, [\at, #16]
	\what	x23, x24, [\at, #32]
	\what	x25, x26, [\at, #48]
	\what	x27, x28, [\at, #64]
	\what	x29, x30, [\at, #80]
	.endm

	.text

/* void arch_context_switch(from, to). The kernel uses no floating point, so these registers hold the process's
 * values. */
	.globl arch_context_switch
	.type arch_context_switch, @function
arch_context_switch:
	callee_saved stp, x0
	mov	x2, sp
	mrs	x3, tpidr_el0
	stp	x2, x3, [x0, #CONTEXT_SP]
	mrs	x2, FPCR
	mrs	x3, FPSR
	stp	x2, x3, [x0, #CONTEXT_FPCR]
	floating stp, x0

	callee_saved ldp, x1
	ldp	x2, x3, [x1, #CONTEXT_SP]
	mov	sp, x2
	msr	tpidr_el0, x3
	ldp	x2, x3, [x1, #CONTEXT_FPCR]
	msr	FPCR, x2
	msr	FPSR, x3
	floating ldp, x1
	ret
	.size arch_context_switch, . - arch_context_switch

/* void arch_stack_call(top, function, argument) */
	.globl arch_stack_call
	.type arch_stack_call, @function
arch_stack_call:
	mov	sp, x0
	mov	x29, xzr
	mov	x0, x2
	blr	x1
	brk	#0
	.size arch_stack_call, . - arch_stack_call
	.section .note.GNU-stack, "", @progbits
