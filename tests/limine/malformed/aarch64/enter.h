	.macro enter
	msr daifset, #15
	mov x0, #0x18 /* SYS_EXIT */
	adr x1, 2f
	hlt #0xf000
1:	wfi
	b 1b
	.balign 8
2:	.quad 0x20026, 7
	.endm
