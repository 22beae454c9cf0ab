/* vectors.S — the exception vectors (Arm ARM DDI 0487, "Exception vectors"): sixteen slots of 128 bytes, all leading to
 * trap_handle() with their number and the general registers, on the interrupted stack. */
#include "arch/aarch64/macros.h"
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
	middle_registers stp
	stp x18, x29, [sp, #144]
	str x30, [sp, #160]
	mov x0, sp
	bl trap_handle
	ldr x30, [sp, #160]
	ldp x18, x29, [sp, #144]
	middle_registers ldp
	ldp x0, x1, [sp]
	add sp, sp, #TRAP_FRAME_BYTES
	eret
	.section .note.GNU-stack, "", @progbits
