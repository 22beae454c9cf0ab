/* registers.S — void registers_hold(struct registers *r, uint64_t rounds, uint64_t call): load all registers from *r,
 * spin, each time with the system call `call` unless it is 0, and write to *r what is in them then.
 *
 * On the stack: 0 call, 8 rounds, 16 r, then what the caller wants back. */
#include "registers.h"

#define CONTROL (8 * REGISTERS_GENERAL)
#define VECTOR  (CONTROL + 8)
#define FRAME   192

	.text
	.globl registers_hold
registers_hold:
	sub sp, sp, #FRAME
	stp x2, x1, [sp]
	stp x0, x30, [sp, #16]
	stp x19, x20, [sp, #32]
	stp x21, x22, [sp, #48]
	stp x23, x24, [sp, #64]
	stp x25, x26, [sp, #80]
	stp x27, x28, [sp, #96]
	str x29, [sp, #112]
	stp d8, d9, [sp, #128]
	stp d10, d11, [sp, #144]
	stp d12, d13, [sp, #160]
	stp d14, d15, [sp, #176]
	ldr x1, [x0, #CONTROL]
	msr fpcr, x1
	add x1, x0, #VECTOR
	.irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	ldr q\i, [x1], #16
	.endr
	.irp i, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ldr q\i, [x1], #16
	.endr
	.irp i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	ldr x\i, [x0, #8 * \i]
	.endr
	.irp i, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	ldr x\i, [x0, #8 * \i]
	.endr

1:	ldr x0, [sp]
	cbz x0, 2f
	mov x8, x0
	svc #0
2:	ldr x0, [sp, #16]
	ldr x8, [x0, #8 * 8]
	ldr x0, [sp, #8]
	subs x0, x0, #1
	str x0, [sp, #8]
	b.ne 1b

	ldr x0, [sp, #16]
	.irp i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	str x\i, [x0, #8 * \i]
	.endr
	.irp i, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	str x\i, [x0, #8 * \i]
	.endr
	mrs x1, fpcr
	str x1, [x0, #CONTROL]
	msr fpcr, xzr             /* as at the program's start */
	add x1, x0, #VECTOR
	.irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	str q\i, [x1], #16
	.endr
	.irp i, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	str q\i, [x1], #16
	.endr
	ldr x30, [sp, #24]
	ldp x19, x20, [sp, #32]
	ldp x21, x22, [sp, #48]
	ldp x23, x24, [sp, #64]
	ldp x25, x26, [sp, #80]
	ldp x27, x28, [sp, #96]
	ldr x29, [sp, #112]
	ldp d8, d9, [sp, #128]
	ldp d10, d11, [sp, #144]
	ldp d12, d13, [sp, #160]
	ldp d14, d15, [sp, #176]
	add sp, sp, #FRAME
	ret
