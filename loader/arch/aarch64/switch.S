/* switch.S — the few instructions between translation regimes. */
#include "cpu.h"
#include "layout.h"
#include "macros.h"

	.text

	/* Load a register from the structure at x0; changes x10. */
	.macro	set register, offset
	ldr	x10, [x0, #\offset]
	msr	\register, x10
	.endm

	/* Clear registers of newer architectures where the processor has them: they change the meaning of SCTLR, TCR
	 * and descriptors. Changes x10. */
	.macro	clear_extensions tcr2, sctlr2, gcscr
	ldr	x10, [x0, #SWITCH_EXTENSIONS]
	tbz	x10, #SWITCH_HAS_TCR2, 1f
	msr	\tcr2, xzr
1:	tbz	x10, #SWITCH_HAS_SCTLR2, 1f
	msr	\sctlr2, xzr
1:	tbz	x10, #SWITCH_HAS_GCS, 1f
	msr	\gcscr, xzr
	msr	GCSCRE0_EL1, xzr
1:
	.endm

	/* Load the values that are out of reach once translation is on: x11 SCTLR, x12 stack, x13 target. */
	.macro	load_rest
	ldr	x11, [x0, #SWITCH_SCTLR]
	ldr	x12, [x0, #SWITCH_STACK]
	ldr	x13, [x0, #SWITCH_TARGET]
	ic	iallu
	dsb	nsh
	isb
	.endm

/* void switch_world(struct switch_state *): noreturn.
 * In:  EL1 or EL2, interrupts masked, x0 = structure at its physical address. The structure and this code are
 *      cleaned to the point of coherency, and identity-mapped by the firmware's tables and by the new ones.
 * Out: at the structure's target and stack, translation on with the new tables, at the level of the route.
 * With translation off nothing is stored, and only the structure is loaded. */
	.balign 64
	.globl switch_world
switch_world:
	msr	daifset, #15
	msr	spsel, #1
	ldr	x9, [x0, #SWITCH_ROUTE]
	cbnz	x9, at_el2

	translation_off el1
	b	program

at_el2:
	translation_off el2
	set	hcr_el2, SWITCH_HCR		/* E2H changes here, with translation off */
	isb
	set	cnthctl_el2, SWITCH_CNTHCTL
	set	cptr_el2, SWITCH_CPTR
	set	vbar_el2, SWITCH_VBAR_EL2
	cmp	x9, #ROUTE_EL2
	b.eq	program_el2
	b.hi	program
	/* EL1's translation is off while its registers change: speculative walks may begin here. */
	mov	x10, #(SCTLR_EL1_RES1 & 0xffff)
	movk	x10, #(SCTLR_EL1_RES1 >> 16), lsl #16
	msr	sctlr_el1, x10
	isb

	/* The names with _el1 mean EL1's registers on the way to EL1, and EL2's own when E2H is 1. */
program:
	set	mair_el1, SWITCH_MAIR
	set	tcr_el1, SWITCH_TCR
	set	ttbr0_el1, SWITCH_TTBR0
	set	ttbr1_el1, SWITCH_TTBR1
	set	vbar_el1, SWITCH_VBAR
	set	cpacr_el1, SWITCH_CPACR
	clear_extensions TCR2_EL1, SCTLR2_EL1, GCSCR_EL1
	isb
	cbnz	x9, 1f
	tlbi	vmalle1
	b	2f
1:	tlbi	alle1
	tlbi	alle2
2:	load_rest
	cmp	x9, #ROUTE_EL2_TO_EL1
	b.eq	drop
	msr	sctlr_el1, x11
	isb
	b	arrive

drop:
	msr	sctlr_el1, x11
	msr	sp_el1, x12
	msr	elr_el2, x13
	mov	x10, #(SPSR_DAIF | SPSR_EL1H)
	msr	spsr_el2, x10
	/* EL2 itself stays without translation, with the vectors of park_vectors */
	mov	x29, xzr
	mov	x30, xzr
	isb
	eret

program_el2:
	set	mair_el2, SWITCH_MAIR
	set	tcr_el2, SWITCH_TCR
	set	ttbr0_el2, SWITCH_TTBR0
	set	vbar_el2, SWITCH_VBAR
	clear_extensions TCR2_EL2, SCTLR2_EL2, GCSCR_EL2
	isb
	tlbi	alle1
	tlbi	alle2
	load_rest
	msr	sctlr_el2, x11
	isb

arrive:
	mov	sp, x12
	mov	x29, xzr
	mov	x30, xzr
	br	x13

/* uint64_t try_without_host(hcr): with this HCR_EL2, write 1 to FAR_EL1, then 2 to FAR_EL2, and return FAR_EL1.
 * In:  at EL2 with E2H = 1, in firmware; this code is cleaned to the point of coherency and identity-mapped. `hcr` has
 *      neither E2H nor TGE
 * Out: everything as it was but both FARs
 * Arm ARM, "HCR_EL2": E2H changes the translation regime, and TLBs may hold it. So E2H changes only while translation
 * is off, and the TLBs are invalidated. Nothing is stored or loaded meanwhile. */
	.balign 64
	.globl try_without_host
try_without_host:
	mrs	x9, daif
	msr	daifset, #15
	mrs	x11, sctlr_el2
	mrs	x12, hcr_el2
	translation_off el2
	msr	hcr_el2, x0
	isb
	mov	x13, #1
	mov	x14, #2
	msr	far_el1, x13
	isb
	msr	far_el2, x14
	isb
	mrs	x0, far_el1
	msr	hcr_el2, x12
	isb
	tlbi	alle1
	tlbi	alle2
	dsb	nsh
	isb
	msr	sctlr_el2, x11
	isb
	msr	daif, x9
	ret

/* Everything zero but x0 and x30: docs/protocol.md, "aarch64". */
	.macro	clear_registers
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29
	mov	x\n, xzr
	.endr
	.endm

/* void change_lower(root): TTBR0, with two ranges. In the net, which TTBR1 maps.
 * Old and new tables may map one low address with pages of different sizes: between them, low addresses are mapped by
 * nothing, and the TLB is emptied. */
	.globl change_lower
change_lower:
	mrs	x9, tcr_el1
	orr	x10, x9, #TCR_EPD0
	msr	tcr_el1, x10
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	msr	ttbr0_el1, x0
	isb
	msr	tcr_el1, x9
	isb
	ret

/* void change_upper(between, root): TTBR1; void change_only(between, root): TTBR0_EL2, with one range.
 * In the net, which is all that the root `between` maps. That root comes between old and new tables, for the reason
 * given at change_lower. */
	.globl change_upper
change_upper:
	msr	ttbr1_el1, x0
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	msr	ttbr1_el1, x1
	isb
	ret

	.globl change_only
change_only:
	msr	ttbr0_el2, x0
	isb
	tlbi	alle2
	dsb	nsh
	isb
	msr	ttbr0_el2, x1
	isb
	ret

/* void leave_physical(stack, entry, argument, one_range, bare): noreturn.
 * In:  in the net, running at physical addresses; everything the kernel will read is cleaned
 * Out: at `entry`, translation and data cache off */
	.globl leave_physical
leave_physical:
	cbnz	x3, 1f
	translation_off el1
	tlbi	vmalle1
	b	2f
1:	translation_off el2
	tlbi	alle2
2:	ic	iallu
	dsb	nsh
	isb

/* void leave_mapped(stack, entry, argument, one_range, bare): noreturn. It leaves by eret, which synchronises and needs
 * no register for its target. Bare: SP_EL0 is the stack pointer, and the return address is 0. */
	.globl leave_mapped
leave_mapped:
	mov	sp, x0
	mov	x5, x0
	mov	x0, x2
	adr	x30, arch_return_trap
	mrs	x9, CurrentEL
	cmp	x9, #(2 << 2)
	mov	x10, #(SPSR_DAIF | SPSR_EL1H)
	mov	x11, #(SPSR_DAIF | SPSR_EL2H)
	csel	x10, x11, x10, eq
	msr	sp_el0, xzr
	cbz	x4, 2f
	msr	sp_el0, x5
	bic	x10, x10, #1		/* EL1t, EL2t */
	mov	x30, xzr
2:	cbnz	x3, 3f
	msr	elr_el1, x1		/* EL2's own with E2H = 1 */
	msr	spsr_el1, x10
	b	4f
3:	msr	elr_el2, x1
	msr	spsr_el2, x10
4:	clear_registers
	eret

/* EL2's vectors after a drop to EL1 (vectors.c); park_call is for synchronous exceptions from below. HVC is answered
 * with "not supported" (SMC Calling Convention, Arm DEN 0028, "Unknown Function Identifier"). No other exception should
 * come here; after one the processor waits for ever. There is no stack: x0 takes the answer, so it is free. */
	.globl park_call, park_wait, park_end
park_call:
	mrs	x0, esr_el2
	lsr	x0, x0, #ESR_CLASS_SHIFT
	cmp	x0, #ESR_CLASS_HVC
	b.ne	park_wait
	mov	x0, #-1
	eret
park_wait:
	wfe
	b	park_wait
park_end:
