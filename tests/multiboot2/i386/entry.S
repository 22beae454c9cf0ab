/* entry.S — i386: nothing is known but EAX, EBX and the segments. The image runs wherever it is loaded: EBP is the
 * address of a label. */
	.code32
	.section .text.entry, "ax"
	.globl	start
start:
	cld
	/* The information's second word is a stack of one place: ESP is undefined. */
	mov	4(%ebx), %edx
	lea	8(%ebx), %esp
	call	1f
1:	pop	%ebp
	mov	%edx, 4(%ebx)
	lea	(stack + 16384 - 1b)(%ebp), %esp
	pushfl
	popl	(entry_flags - 1b)(%ebp)
	mov	%eax, (entry_a - 1b)(%ebp)
	mov	%ebx, (entry_b - 1b)(%ebp)
	mov	%cr0, %eax
	mov	%eax, (entry_cr0 - 1b)(%ebp)
	mov	%cr4, %eax
	mov	%eax, (entry_cr4 - 1b)(%ebp)
	call	judge_main
1:	cli
	hlt
	jmp	1b

/* uint32_t segments_are_flat(void): each register has the same base as DS, and reaches the highest byte of the first
 * 4 GiB. A smaller limit is a fault, and a reset. QEMU without KVM checks no limits. */
	.globl	segments_are_flat
segments_are_flat:
	push	%esi
	call	1f
1:	pop	%esi
	add	$sample - 1b, %esi
	mov	(%esi), %edx
	xor	%eax, %eax
	cmp	%es:(%esi), %edx
	jne	2f
	cmp	%fs:(%esi), %edx
	jne	2f
	cmp	%gs:(%esi), %edx
	jne	2f
	cmp	%ss:(%esi), %edx
	jne	2f
	cmp	%cs:(%esi), %edx
	jne	2f
	mov	$0xfffffffc, %esi
	mov	(%esi), %edx
	mov	%es:(%esi), %edx
	mov	%fs:(%esi), %edx
	mov	%gs:(%esi), %edx
	mov	%ss:(%esi), %edx
	mov	%cs:(%esi), %edx
	inc	%eax
2:	pop	%esi
	ret

	.balign	4
sample:	.long	0x5ea15e91

	.bss
	.balign	16
stack:	.skip	16384
