/* registers.S — void registers_hold(struct registers *r, uint64_t rounds, uint64_t call): load all registers from *r,
 * spin, each time with the system call `call` unless it is 0, and write to *r what is in them then.
 *
 * On the stack: 0 call, 8 rounds, 16 r. */
#include "registers.h"

#define CONTROL (8 * REGISTERS_GENERAL)
#define VECTOR  (CONTROL + 8)

	.text
	.globl registers_hold
registers_hold:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	pushq %rdi
	pushq %rsi
	pushq %rdx
	ldmxcsr CONTROL(%rdi)
	.irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movups VECTOR + 16 * \i(%rdi), %xmm\i
	.endr
	movq 0(%rdi), %rax
	movq 8(%rdi), %rbx
	movq 16(%rdi), %rcx
	movq 24(%rdi), %rdx
	movq 32(%rdi), %rsi
	movq 48(%rdi), %rbp
	.irp i, 8, 9, 10, 11, 12, 13, 14, 15
	movq 8 * (\i - 1)(%rdi), %r\i
	.endr
	movq 40(%rdi), %rdi

1:	cmpq $0, (%rsp)
	je 2f
	movq (%rsp), %rax
	syscall
	movq 16(%rsp), %rcx       /* the call's own: result, rcx, r11 */
	movq 0(%rcx), %rax
	movq 80(%rcx), %r11
	movq 16(%rcx), %rcx
2:	decq 8(%rsp)
	jnz 1b

	pushq %rdi
	movq 24(%rsp), %rdi
	movq %rax, 0(%rdi)
	movq %rbx, 8(%rdi)
	movq %rcx, 16(%rdi)
	movq %rdx, 24(%rdi)
	movq %rsi, 32(%rdi)
	popq 40(%rdi)
	movq %rbp, 48(%rdi)
	.irp i, 8, 9, 10, 11, 12, 13, 14, 15
	movq %r\i, 8 * (\i - 1)(%rdi)
	.endr
	.irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movups %xmm\i, VECTOR + 16 * \i(%rdi)
	.endr
	movl $0, CONTROL + 4(%rdi)
	stmxcsr CONTROL(%rdi)
	movl $0x1f80, (%rsp)      /* as at the program's start */
	ldmxcsr (%rsp)
	addq $24, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret
