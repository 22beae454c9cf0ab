/* secondary.S — where other processors begin, and where they wait when there is no translation. */
#include "cpu.h"
#include "layout.h"
#include "macros.h"

	.text

/* In:  any level, translation and caches off, at this code's physical address; no register has a meaning.
 * Out: secondary_early(index in the list, area), on the area's stack. One that is not in the list waits for ever. */
	.globl secondary_entry
secondary_entry:
	msr	daifset, #15
	msr	spsel, #1
	mrs	x9, mpidr_el1
	and	x10, x9, #0xff00000000		/* MPIDR_AFFINITY does not fit one instruction */
	and	x9, x9, #0xffffff
	orr	x9, x9, x10
	adr_l	x10, secondaries
	ldp	x11, x12, [x10]			/* list, count */
	ldr	x1, [x10, #SECONDARIES_AREAS]
	mov	x0, xzr
1:	cmp	x0, x12
	b.hs	3f
	ldr	x10, [x11], #HANDOFF_CPU_BYTES
	cmp	x10, x9
	b.eq	2f
	add	x0, x0, #1
	add	x1, x1, #SECONDARY_AREA_BYTES
	b	1b
2:	add	x10, x1, #SECONDARY_AREA_BYTES
	mov	sp, x10
	mov	x29, xzr
	mov	x30, xzr
	b	secondary_early
3:	wfi
	b	3b

/* void leave_translation(top, line, one_range): translation and data cache off, at the same physical address. The
 * stack, up to `top`, goes to memory first, line by line. */
	.globl leave_translation
leave_translation:
	mov	x9, sp
	sub	x10, x1, #1
	bic	x9, x9, x10
1:	dc	civac, x9
	add	x9, x9, x1
	cmp	x9, x0
	b.lo	1b
	dsb	sy
	cbnz	x2, 2f
	translation_off el1
	tlbi	vmalle1
	b	3f
2:	translation_off el2
	tlbi	alle2
3:	dsb	nsh
	isb
	ret
