/* vectors.S — the exception vectors (Arm ARM DDI 0487, "Exception vectors"): sixteen slots of 128 bytes, all leading to
 * trap_handle() with their number and the general registers, on the interrupted stack. */
#include "contract/aarch64/trap.h"

	.macro vector number
	.balign 128
	sub sp, sp, #TRAP_FRAME_BYTES
	stp x0, x1, [sp]
	mov x1, #\number
	b trap_common
	.endm

	.text
	.balign 2048
	.globl trap_vectors
trap_vectors:
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vector \n
	.endr

trap_common:
	stp x2, x3, [sp, #16]
	stp x4, x5, [sp, #32]
	stp x6, x7, [sp, #48]
	stp x8, x9, [sp, #64]
	stp x10, x11, [sp, #80]
	stp x12, x13, [sp, #96]
	stp x14, x15, [sp, #112]
	stp x16, x17, [sp, #128]
	stp x18, x29, [sp, #144]
	str x30, [sp, #160]
	mov x0, sp
	bl trap_handle
	ldr x30, [sp, #160]
	ldp x18, x29, [sp, #144]
	ldp x16, x17, [sp, #128]
	ldp x14, x15, [sp, #112]
	ldp x12, x13, [sp, #96]
	ldp x10, x11, [sp, #80]
	ldp x8, x9, [sp, #64]
	ldp x6, x7, [sp, #48]
	ldp x4, x5, [sp, #32]
	ldp x2, x3, [sp, #16]
	ldp x0, x1, [sp]
	add sp, sp, #TRAP_FRAME_BYTES
	eret
	.section .note.GNU-stack, "", @progbits
