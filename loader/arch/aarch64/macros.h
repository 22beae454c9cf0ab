/* macros.h — macros of several assembly files. */
	.macro	adr_l register, symbol
	adrp	\register, \symbol
	add	\register, \register, :lo12:\symbol
	.endm

	/* Translation and data cache of this level off; changes x10. */
	.macro	translation_off level
	mrs	x10, sctlr_\level
	bic	x10, x10, #SCTLR_M
	bic	x10, x10, #SCTLR_C
	msr	sctlr_\level, x10
	isb
	.endm
