/* entry.S — entries of the conformance kernel, and what faults may interrupt. */
#include "state.h"

	.text

/* Saves the registers as they are; nothing but the stack below SP and the state is written. In: X0: the state, X1: how
 * the kernel was entered; their own values are on the stack. The stack that exceptions use, SP_EL1 or SP_EL2, is the
 * state's own from here on. */
save:
	stp x2, x3, [x0, #16]
	ldp x2, x3, [sp], #16
	stp x2, x3, [x0]
	stp x4, x5, [x0, #32]
	stp x6, x7, [x0, #48]
	stp x8, x9, [x0, #64]
	stp x10, x11, [x0, #80]
	stp x12, x13, [x0, #96]
	stp x14, x15, [x0, #112]
	stp x16, x17, [x0, #128]
	stp x18, x19, [x0, #144]
	stp x20, x21, [x0, #160]
	stp x22, x23, [x0, #176]
	stp x24, x25, [x0, #192]
	stp x26, x27, [x0, #208]
	stp x28, x29, [x0, #224]
	str x30, [x0, #240]
	mov x2, sp
	str x2, [x0, #STATE_SP]
	mrs x2, nzcv
	mrs x3, daif
	stp x2, x3, [x0, #STATE_NZCV]
	mrs x2, SPSel
	stp x2, x1, [x0, #STATE_SPSEL]
	msr SPSel, #1
	mov x2, #STATE_STACK
	add x2, x0, x2
	add x2, x2, #STACK_BYTES
	mov sp, x2
	mov x29, #0
	mov x30, #0
	cmp x1, #ENTERED_BY_PROCESSOR
	b.eq processor_main
	b kernel_main

	.macro entered how
	stp x0, x1, [sp, #-16]!
	adrp x0, boot_state
	add x0, x0, :lo12:boot_state
	mov x1, #\how
	b save
	.endm

	.globl entry_of_header
entry_of_header:
	entered ENTERED_BY_HEADER

	.globl entry_of_request
entry_of_request:
	entered ENTERED_BY_REQUEST

/* X0: the processor's information, whose `extra_argument` is its state. */
	.globl entry_of_processor
entry_of_processor:
	stp x0, x1, [sp, #-16]!
	ldr x0, [x0, #32]
	mov x1, #ENTERED_BY_PROCESSOR
	b save

/* bool copy_safely(void *to, const void *from, size_t bytes). The handler goes on at copy_failed. */
	.globl copy_safely
copy_safely:
	cbz x2, copy_end
copy_move:
	ldrb w3, [x1], #1
	strb w3, [x0], #1
	subs x2, x2, #1
	b.ne copy_move
copy_end:
	mov w0, #1
	ret
copy_failed:
	mov w0, #0
	ret

	.macro vector
	.balign 128
	b fault
	.endm

/* Arm ARM DDI 0487, "Exception vectors": four kinds for each of four origins. */
	.balign 2048
	.globl vectors
vectors:
	.rept 16
	vector
	.endr

fault:
	stp x0, x1, [sp, #-16]!
	mrs x0, elr_el1
	adr x1, copy_move
	cmp x0, x1
	b.lo 1f
	adr x1, copy_end
	cmp x0, x1
	b.hs 1f
	adr x0, copy_failed
	msr elr_el1, x0
	ldp x0, x1, [sp], #16
	eret
1:	mrs x1, esr_el1
	mrs x2, far_el1
	b machine_fault
