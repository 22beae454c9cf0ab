/* fault_entry.S — where exceptions arrive, and kernels that return. */
#include "cpu.h"
#include "layout.h"
#include "macros.h"
#include "after/net.h"

	.text
/* The code of each of the net's vectors (vectors.c), for SP0 and SPx, at EL1 and at EL2. It touches no stack and loses
 * no general register: thread pointers hold x9, x10 and the vector's address until there is a frame. */
	.balign 8
	.globl net_vector, net_vector_end
net_vector:
	msr	tpidrro_el0, x9
	msr	tpidr_el0, x10
	adr	x9, .
	ldr	x10, 1f
	br	x10
	.balign 8
1:	.quad	0			/* fault_common, in the net */
net_vector_end:

/* A kernel returned from its entry point: its stack cannot be trusted. */
loader_calls_kernel:			/* explanations name the caller by the byte before a return address */
	nop
	.globl arch_return_trap
arch_return_trap:
	msr	daifset, #15
	msr	tpidrro_el0, x9
	msr	tpidr_el0, x10
	mov	x9, #FAULT_RETURNED

/* The first processor to take fault_gate makes the machine's one report. Without the gate, frame and stack may be in
 * another's use. With translation off there may be no exclusive access ("Load-Exclusive and Store-Exclusive instruction
 * usage restrictions"): then two processors that fault within a few instructions of each other both take the gate, and
 * their reports mix. */
	.globl fault_common
fault_common:
	msr	tpidr_el1, x9
	adr_l	x9, fault_gate
	mrs	x10, CurrentEL
	cmp	x10, #(2 << 2)
	b.ne	1f
	mrs	x10, hcr_el2
	tbnz	x10, #34, 1f		/* E2H: the name means EL2's */
	mrs	x10, sctlr_el2
	b	2f
1:	mrs	x10, sctlr_el1
2:	tbz	x10, #0, 4f
3:	ldaxr	x10, [x9, #GATE_TAKEN]
	cbnz	x10, taken
	stxr	w10, x9, [x9, #GATE_TAKEN]
	cbnz	w10, 3b
	b	5f
4:	ldr	x10, [x9, #GATE_TAKEN]
	cbnz	x10, taken
	str	x9, [x9, #GATE_TAKEN]
5:	mrs	x10, mpidr_el1
	str	x10, [x9, #GATE_OWNER]

	adr_l	x9, fault_frame
	mrs	x10, tpidr_el1
	str	x10, [x9, #FRAME_VECTOR]
	stp	x0, x1, [x9]
	stp	x2, x3, [x9, #8 * 2]
	stp	x4, x5, [x9, #8 * 4]
	stp	x6, x7, [x9, #8 * 6]
	str	x8, [x9, #8 * 8]
	stp	x11, x12, [x9, #8 * 11]
	stp	x13, x14, [x9, #8 * 13]
	stp	x15, x16, [x9, #8 * 15]
	stp	x17, x18, [x9, #8 * 17]
	stp	x19, x20, [x9, #8 * 19]
	stp	x21, x22, [x9, #8 * 21]
	stp	x23, x24, [x9, #8 * 23]
	stp	x25, x26, [x9, #8 * 25]
	stp	x27, x28, [x9, #8 * 27]
	stp	x29, x30, [x9, #8 * 29]
	mrs	x10, tpidrro_el0
	str	x10, [x9, #8 * 9]
	mrs	x10, tpidr_el0
	str	x10, [x9, #8 * 10]
	mov	x10, sp
	str	x10, [x9, #FRAME_SP]

	adr_l	x10, net_report_stack + NET_REPORT_STACK_BYTES
	mov	sp, x10
	mov	x29, xzr
	mov	x0, x9
	bl	fault_enter

/* The gate is taken, either by this processor, whose report has faulted, or by another one, which is reporting. */
taken:
	ldr	x10, [x9, #GATE_OWNER]
	mrs	x0, mpidr_el1
	cmp	x0, x10
	b.ne	1f
	ldr	x10, [x9, #GATE_AGAIN]
	cbnz	x10, 1f
	str	x9, [x9, #GATE_AGAIN]
	adr_l	x10, net_report_stack + NET_REPORT_STACK_BYTES
	mov	sp, x10
	bl	fault_again
1:	wfi
	b	1b

/* Filled in the net's copy: vectors.c. */
	.section .filled, "aw", @nobits
	.balign VECTORS * VECTOR_BYTES
	.globl net_vectors, park_vectors
net_vectors:
	.skip	VECTORS * VECTOR_BYTES
park_vectors:
	.skip	VECTORS * VECTOR_BYTES
