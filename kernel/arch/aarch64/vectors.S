/* vectors.S — the exception vectors (Arm ARM DDI 0487, "Exception vectors") and the return to user mode: sixteen slots
 * of 128 bytes, four for each origin of an exception. At EL2 with E2H = TGE = 1, EL1's names mean EL2's registers.
 *
 *   From user mode   sp is the end of the process's kernel stack. All registers are saved there: struct arch_frame
 *   From the kernel  sp may point into the guard below the stack: see `kernel` below */
#include "arch/aarch64/layout.h"
#include "arch/aarch64/macros.h"
#include "cpu.h"

/* With less room than this on the kernel stack, an exception of the kernel uses the processor's fault stack. */
#define KERNEL_ROOM 4096

	/* stp or ldp: all but x0, x1, x30 and sp */
	.macro	general what
	middle_registers \what
	\what	x18, x19, [sp, #144]
	\what	x20, x21, [sp, #160]
	\what	x22, x23, [sp, #176]
	\what	x24, x25, [sp, #192]
	\what	x26, x27, [sp, #208]
	\what	x28, x29, [sp, #224]
	.endm

	/* Restores pc, flags, and all registers but x0, x1, x30 and sp */
	.macro	restore
	ldp	x2, x3, [sp, #FRAME_PC]
	msr	elr_el1, x2
	msr	spsr_el1, x3
	general ldp
	.endm

	/* Saves struct arch_frame of user mode. x29 = 0 ends the call chain. Changes x0 and x1. */
	.macro	user_save
	sub	sp, sp, #FRAME_BYTES
	stp	x0, x1, [sp]
	general stp
	mrs	x0, sp_el0
	stp	x30, x0, [sp, #FRAME_SP - 8]
	mrs	x0, elr_el1
	mrs	x1, spsr_el1
	stp	x0, x1, [sp, #FRAME_PC]
	mov	x29, xzr
	.endm

	/* One bit of the address is set in kernel stacks and clear in the guard below (vm.h). The bit must be tested
	 * before anything is stored, and no register is free: sums and differences of sp and x0 hold both values. At
	 * the end x1 = \number. */
	.macro	kernel number
	.balign 128
	sub	sp, sp, #KERNEL_ROOM
	add	sp, sp, x0
	sub	x0, sp, x0		/* x0 = sp - KERNEL_ROOM */
	tbz	x0, #KERNEL_STACK_BIT, 1f
	sub	x0, sp, x0
	sub	sp, sp, x0		/* sp and x0 restored */
	add	sp, sp, #(KERNEL_ROOM - FRAME_BYTES)
	stp	x0, x1, [sp]
	add	x0, sp, #FRAME_BYTES
	mov	x1, #\number
	b	kernel_common
1:	sub	x0, sp, x0
	msr	tpidrro_el0, x0		/* scratch; 0 at other times */
	sub	x0, sp, x0
	mov	sp, x0
	mrs	x0, tpidr_el1
	ldr	x0, [x0, #CPU_FAULT_STACK]
	add	sp, sp, x0		/* exchange them */
	sub	x0, sp, x0
	sub	sp, sp, x0
	sub	sp, sp, #FRAME_BYTES
	str	x1, [sp, #8]
	mrs	x1, tpidrro_el0
	msr	tpidrro_el0, xzr
	str	x1, [sp]
	add	x0, x0, #KERNEL_ROOM
	mov	x1, #\number
	b	kernel_common
	.endm

	.macro	user_interrupt
	.balign 128
	user_save
	bl	interrupt_take
	b	user_leave
	.endm

	.macro	user_fault number
	.balign 128
	user_save
	mov	x1, #\number
	b	user_faulted
	.endm

	.text
	.balign 2048
	.globl vectors
vectors:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	kernel	\n
	.endr

	/* Synchronous, from user mode: a system call takes the shortest path. */
	.balign 128
	user_save
	mrs	x2, esr_el1
	lsr	x2, x2, #ESR_CLASS_SHIFT
	mov	x1, #VECTOR_LOWER_SYNC
	cmp	x2, #ESR_CLASS_SVC
	b.ne	user_faulted
	mov	x0, x8
	mov	x1, sp			/* the arguments: x0 to x4 in the frame */
	bl	trap_call
	str	x0, [sp]
	b	user_leave

	user_interrupt
	.irp	n, 10, 11		/* FIQ, SError */
	user_fault \n
	.endr
	.irp	n, 12, 13, 14, 15	/* from AArch32, which processes do not use */
	user_fault \n
	.endr

	.org	vectors + 2048		/* fails to assemble if a slot was too large */

user_faulted:
	mov	x0, sp
	bl	vector_user

user_leave:
	bl	trap_leave
user_return:
	ldp	x30, x0, [sp, #FRAME_SP - 8]
	msr	sp_el0, x0
	restore
	ldp	x0, x1, [sp]
	add	sp, sp, #FRAME_BYTES
	eret

	.globl arch_frame_return
arch_frame_return:
	mov	sp, x0
	b	user_return

/* In: x0 and x1 saved; x0 = sp before the exception, x1 = vector. vector_kernel() returns if the kernel expected the
 * fault. */
kernel_common:
	general stp
	stp	x30, x0, [sp, #FRAME_SP - 8]
	mrs	x2, elr_el1
	mrs	x3, spsr_el1
	stp	x2, x3, [sp, #FRAME_PC]
	mov	x0, sp
	bl	vector_kernel
	restore
	ldp	x30, x0, [sp, #FRAME_SP - 8]
	mov	x1, sp
	mov	sp, x0			/* may be on another stack than the frame */
	ldp	x0, x1, [x1]
	eret
	.section .note.GNU-stack, "", @progbits
