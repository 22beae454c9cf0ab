/* run.S — aarch64: the way into the guest and back.
 *
 * TPIDR_EL2 holds the guest's struct registers while it runs. SP_EL2 stays where guest_enter() left it: below it lie
 * the registers that a C function keeps. */
#include "el2.h"

	.section .text.run, "ax"

/* void guest_enter(struct registers *r) */
	.global guest_enter
guest_enter:
	stp x29, x30, [sp, #-96]!
	stp x19, x20, [sp, #16]
	stp x21, x22, [sp, #32]
	stp x23, x24, [sp, #48]
	stp x25, x26, [sp, #64]
	stp x27, x28, [sp, #80]
	msr tpidr_el2, x0
	ldp x2, x3, [x0, #16]
	ldp x4, x5, [x0, #32]
	ldp x6, x7, [x0, #48]
	ldp x8, x9, [x0, #64]
	ldp x10, x11, [x0, #80]
	ldp x12, x13, [x0, #96]
	ldp x14, x15, [x0, #112]
	ldp x16, x17, [x0, #128]
	ldp x18, x19, [x0, #144]
	ldp x20, x21, [x0, #160]
	ldp x22, x23, [x0, #176]
	ldp x24, x25, [x0, #192]
	ldp x26, x27, [x0, #208]
	ldp x28, x29, [x0, #224]
	ldr x30, [x0, #240]
	ldp x0, x1, [x0]
	eret

/* All registers are the guest's, but SP. */
guest_left:
	stp x0, x1, [sp, #-16]!
	mrs x0, tpidr_el2
	stp x2, x3, [x0, #16]
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
	ldp x2, x3, [sp], #16
	stp x2, x3, [x0]
	ldp x19, x20, [sp, #16]
	ldp x21, x22, [sp, #32]
	ldp x23, x24, [sp, #48]
	ldp x25, x26, [sp, #64]
	ldp x27, x28, [sp, #80]
	ldp x29, x30, [sp], #96
	ret

/* Arm ARM, "Exception vectors": eight entries for this level, four for the guest in AArch64 state, four for it in
 * AArch32 state, which EL0 may have; the first of four is for synchronous exceptions. Interrupts go to the guest. */
	.macro vector target
	.balign VECTOR_BYTES
	b \target
	.endm

	.balign VECTORS * VECTOR_BYTES
	.global guest_vectors
guest_vectors:
	.rept VECTOR_LOWER_SYNC
	vector own_fault
	.endr
	.rept 2
	vector guest_left
	vector own_fault
	vector own_fault
	vector own_fault
	.endr
