	.macro enter
	movl $7, %eax
	outl %eax, $0xf4
1:	cli
	hlt
	jmp 1b
	.endm
