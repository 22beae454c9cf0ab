/* fault_entry.S — where exceptions arrive, each on a stack of its own processor's, and kernels that return. */
#include "cpu.h"
#include "descriptor.h"
#include "layout.h"
#include "after/net.h"

	.text
	.globl net_exceptions
net_exceptions:
	vector_stubs VECTOR_EXCEPTIONS, EXCEPTION_STUB_BYTES, net_exception_common

/* The same for the vectors behind the exceptions. */
	.globl net_interrupts
net_interrupts:
	.set	number, 0
1:	.rept	VECTORS - VECTOR_EXCEPTIONS
	pushq	$0
	.byte	0x68			/* push imm32 */
	.long	VECTOR_EXCEPTIONS + number
	jmp	net_exception_common
	.set	number, number + 1
	.org	1b + number * INTERRUPT_STUB_BYTES, 0x90
	.endr

/* In:  the frame that the processor pushes, and below it error code and vector.
 * This completes struct fault_frame of fault.c. fault_enter() decides between a report and a return, and net_report()
 * returns if there is nothing to report. */
net_exception_common:
	testb	$8, %spl		/* the stack began at a multiple of 16 */
	jnz	1f
	pushq	(%rsp)			/* int with the number of an exception pushes no error code */
	movq	$0, 8(%rsp)
1:	.irp	r, r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
	push	%\r
	.endr
	mov	%rsp, %rdi
	mov	%rsp, %rbx
	cld
	and	$-16, %rsp
	call	fault_enter
	mov	%rax, %rdi
	or	%rdx, %rax
	jz	2f
	lea	net_report_stack + NET_REPORT_STACK_BYTES(%rip), %rsp
	xor	%ebp, %ebp
	test	%rdi, %rdi
	jz	1f
	call	net_report
	call	fault_leave
	jmp	2f
1:	mov	%rdx, %rdi
	call	net_report_again
2:	mov	%rbx, %rsp
	.irp	r, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
	pop	%\r
	.endr
	add	$16, %rsp		/* vector and error code */
	iretq

/* A kernel returned from its entry point. Its stack cannot be trusted, and the descriptor tables may be its own. So a
 * frame like an exception's is made, on a stack for this purpose, which one processor gets. */
loader_calls_kernel:			/* explanations name the caller by the byte before a return address */
	nop
	.globl arch_return_trap
arch_return_trap:
	cli
	lock btsl $0, returned(%rip)
1:	pause
	jc	1b
	mov	%rsp, returned_rsp(%rip)
	lea	return_stack_top(%rip), %rsp
	push	$0
	mov	%ss, (%rsp)
	push	returned_rsp(%rip)
	pushfq
	push	$0
	mov	%cs, (%rsp)
	push	$0			/* the address is unknown */
	push	$0
	push	$FAULT_RETURNED
	jmp	net_exception_common

/* While arch_quiet() works: an interrupt that was pending when it was masked is taken and forgotten. */
	.globl net_interrupt
net_interrupt:
	iretq

	.bss
	.balign 16
	.skip	1024
return_stack_top:
returned_rsp:
	.quad	0
returned:
	.long	0
