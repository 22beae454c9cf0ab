/* run.S — x86_64: the way into the guest and back. Between CLGI and the end of this kernel nothing interrupts it; in
 * the guest GIF is set, and interrupts are the guest's. */
#include "svm.h"

	.section .text.run, "ax"

/* void guest_enter(struct registers *r, uint64_t guest_vmcb, uint64_t own_vmcb) */
	.global guest_enter
guest_enter:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	push %rdx                        /* own VMCB */
	push %rdi                        /* registers */
	clgi
	mov %rdx, %rax
	vmsave %rax
	mov %rsi, %rax
	vmload %rax
	mov REGISTERS_RBX(%rdi), %rbx
	mov 8(%rdi), %rcx
	mov 16(%rdi), %rdx
	mov 24(%rdi), %rsi
	mov REGISTERS_RBP(%rdi), %rbp
	mov 56(%rdi), %r8
	mov 64(%rdi), %r9
	mov 72(%rdi), %r10
	mov 80(%rdi), %r11
	mov 88(%rdi), %r12
	mov 96(%rdi), %r13
	mov 104(%rdi), %r14
	mov 112(%rdi), %r15
	mov 32(%rdi), %rdi
	vmrun %rax                       /* RAX and RSP are this kernel's again behind it */
	vmsave %rax
	xchg %rdi, (%rsp)                /* registers; the guest's RDI */
	mov %rbx, REGISTERS_RBX(%rdi)
	mov %rcx, 8(%rdi)
	mov %rdx, 16(%rdi)
	mov %rsi, 24(%rdi)
	mov %rbp, REGISTERS_RBP(%rdi)
	mov %r8, 56(%rdi)
	mov %r9, 64(%rdi)
	mov %r10, 72(%rdi)
	mov %r11, 80(%rdi)
	mov %r12, 88(%rdi)
	mov %r13, 96(%rdi)
	mov %r14, 104(%rdi)
	mov %r15, 112(%rdi)
	pop %rcx
	mov %rcx, 32(%rdi)
	pop %rax
	vmload %rax
	cld
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret
