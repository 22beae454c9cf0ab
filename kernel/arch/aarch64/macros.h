/* macros.h — assembly macros for this directory's vectors and the contract's. */

	/* stp or ldp: x2 to x17, at eight times their number above sp */
	.macro	middle_registers what
	\what	x2, x3, [sp, #16]
	\what	x4, x5, [sp, #32]
	\what	x6, x7, [sp, #48]
	\what	x8, x9, [sp, #64]
	\what	x10, x11, [sp, #80]
	\what	x12, x13, [sp, #96]
	\what	x14, x15, [sp, #112]
	\what	x16, x17, [sp, #128]
	.endm
