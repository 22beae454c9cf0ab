/* entry.S — the kernel's entry point.
 *
 *   In   docs/protocol.md, "State at entry: aarch64": interrupts masked, the loader's stack, x0 = record
 *   Out  every register of the contract saved in entry_state; C code on pith's own stack
 *
 * TPIDR_EL0, whose value at entry is undefined, holds x0 while x0 is the pointer to entry_state. */
#include "arch/aarch64/state.h"

	.section .text.entry, "ax"
	.globl kernel_entry
	.type kernel_entry, @function
kernel_entry:
	msr tpidr_el0, x0
	adrp x0, entry_state
	add x0, x0, :lo12:entry_state
	str x1, [x0, #8]
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
	mov x1, sp
	str x1, [x0, #ENTRY_SP]
	mrs x1, tpidr_el0
	str x1, [x0]
	adrp x2, stack_top
	add x2, x2, :lo12:stack_top
	mov sp, x2
	mov x29, xzr
	mov x0, x1
	bl kernel_main

	/* `return` on the command line: return to the loader. */
	adrp x0, entry_state
	add x0, x0, :lo12:entry_state
	ldr x1, [x0, #ENTRY_SP]
	mov sp, x1
	ldr x30, [x0, #240]
	ret
	.size kernel_entry, . - kernel_entry

/* The entry point of a released processor: stores struct entry_state on its boot stack. */
	.globl arch_entry_other
	.type arch_entry_other, @function
arch_entry_other:
	sub sp, sp, #(ENTRY_SP + 8)
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	str x\n, [sp, #8 * \n]
	.endr
	.irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	str x\n, [sp, #8 * \n]
	.endr
	add x1, sp, #(ENTRY_SP + 8)
	str x1, [sp, #ENTRY_SP]
	mov x0, sp
	bl cpus_arrive
	.size arch_entry_other, . - arch_entry_other

	.section .bss.stack, "aw", @nobits
	.balign 16
	.skip 65536
stack_top:
	.section .note.GNU-stack, "", @progbits
