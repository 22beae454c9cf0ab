/* entry.S — x86_64, boot services alive: EAX, RBX, and the firmware's stack. It returns if the judge does. */
	.section .text.entry, "ax"
	.globl	start
start:
	mov	%rsp, entry_stack_pointer(%rip)
	pushfq
	popq	entry_flags(%rip)
	cld
	mov	%eax, entry_a(%rip)
	mov	%rbx, entry_b(%rip)
	mov	%cr0, %rax
	mov	%rax, entry_cr0(%rip)
	mov	%cr4, %rax
	mov	%rax, entry_cr4(%rip)
	push	%rbx
	call	judge_main
	mov	$0x5eaf, %eax			/* for the loader's report */
	pop	%rbx
	ret
