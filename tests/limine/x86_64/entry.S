/* entry.S — entries of the conformance kernel, and what faults may interrupt. */
#include "state.h"

	.text

/* Saves the registers as they are; nothing but the stack below RSP and the state is written. In: RAX: the state, and
 * RAX's own value on the stack. */
save:
	popq 0(%rax)
	movq %rbx, 8(%rax)
	movq %rcx, 16(%rax)
	movq %rdx, 24(%rax)
	movq %rsi, 32(%rax)
	movq %rdi, 40(%rax)
	movq %rbp, 48(%rax)
	movq %r8, 56(%rax)
	movq %r9, 64(%rax)
	movq %r10, 72(%rax)
	movq %r11, 80(%rax)
	movq %r12, 88(%rax)
	movq %r13, 96(%rax)
	movq %r14, 104(%rax)
	movq %r15, 112(%rax)
	pushfq
	popq STATE_RFLAGS(%rax)
	movq %rsp, STATE_RSP(%rax)
	movw %cs, STATE_SEGMENTS(%rax)
	movw %ds, STATE_SEGMENTS + 2(%rax)
	movw %es, STATE_SEGMENTS + 4(%rax)
	movw %fs, STATE_SEGMENTS + 6(%rax)
	movw %gs, STATE_SEGMENTS + 8(%rax)
	movw %ss, STATE_SEGMENTS + 10(%rax)
	str STATE_SEGMENTS + 12(%rax)
	sldt STATE_SEGMENTS + 14(%rax)
	sgdt STATE_GDTR(%rax)
	sidt STATE_IDTR(%rax)
	cld
	leaq STATE_STACK + STACK_BYTES(%rax), %rsp
	movq %rax, %rdi
	xorl %ebp, %ebp
	cmpl $ENTERED_BY_PROCESSOR, STATE_ENTERED(%rax)
	je 1f
	call kernel_main
1:	call processor_main

	.globl entry_of_header
entry_of_header:
	pushq %rax
	leaq boot_state(%rip), %rax
	movq $ENTERED_BY_HEADER, STATE_ENTERED(%rax)
	jmp save

	.globl entry_of_request
entry_of_request:
	pushq %rax
	leaq boot_state(%rip), %rax
	movq $ENTERED_BY_REQUEST, STATE_ENTERED(%rax)
	jmp save

/* RDI: the processor's information, whose `extra_argument` is its state. */
	.globl entry_of_processor
entry_of_processor:
	pushq %rax
	movq 24(%rdi), %rax
	movq $ENTERED_BY_PROCESSOR, STATE_ENTERED(%rax)
	jmp save

/* bool copy_safely(void *to, const void *from, size_t bytes): RDI, RSI, RDX. The handler goes on at copy_failed. */
	.globl copy_safely, copy_move, copy_failed
copy_safely:
	movq %rdx, %rcx
copy_move:
	rep movsb
	movl $1, %eax
	ret
copy_failed:
	xorl %eax, %eax
	ret

/* Exceptions. Intel SDM vol. 3A, "Exception and Interrupt Reference": these vectors push an error code. */
	.macro handler number
handler_\number:
	.if \number == 8 || (\number >= 10 && \number <= 14) || \number == 17 || \number == 21
	.else
	pushq $0
	.endif
	pushq $\number
	jmp fault
	.balign 16
	.endm

	.balign 16
	.globl handlers
handlers:
	.altmacro
	.set number, 0
	.rept 32
	handler %number
	.set number, number + 1
	.endr

fault:
	pushq %rax
	leaq copy_move(%rip), %rax
	cmpq %rax, 24(%rsp) /* RAX, number, error code, RIP */
	jne 1f
	leaq copy_failed(%rip), %rax
	movq %rax, 24(%rsp)
	popq %rax
	addq $16, %rsp
	iretq
1:	movq 8(%rsp), %rdi
	movq 16(%rsp), %rsi
	movq 24(%rsp), %rdx
	andq $-16, %rsp
	call machine_fault

/* void load_tables(gdtr, idtr): the selectors stay as the protocol has them, 0x28 and 0x30. */
	.globl load_tables
load_tables:
	lgdt (%rdi)
	lidt (%rsi)
	movl $0x30, %eax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	pushq $0x28
	leaq 1f(%rip), %rax
	pushq %rax
	lretq
1:	ret
