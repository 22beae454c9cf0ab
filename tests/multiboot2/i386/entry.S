/* entry.S — i386: nothing is known but EAX, EBX and the segments. */
	.code32
	.section .text.entry, "ax"
	.globl	start
start:
	cld
	mov	%esp, entry_stack_pointer	/* whatever it is: undefined */
	mov	$stack + 16384, %esp
	pushfl
	popl	entry_flags
	mov	%eax, entry_a
	mov	%ebx, entry_b
	mov	%cr0, %eax
	mov	%eax, entry_cr0
	mov	%cr4, %eax
	mov	%eax, entry_cr4
	/* the highest byte of the first 4 GiB, by each segment: a smaller limit is a fault, and a reset */
	mov	$0xfffffffc, %esi
	mov	(%esi), %eax
	mov	%es:(%esi), %eax
	mov	%fs:(%esi), %eax
	mov	%gs:(%esi), %eax
	mov	%ss:(%esi), %eax
	mov	%cs:(%esi), %eax
	movb	$1, segments_reach
	call	judge_main
1:	cli
	hlt
	jmp	1b

	.bss
	.balign	16
stack:	.skip	16384
