/* syscall.S — the entry point of system calls.
 *
 *   In   rax = number; rdi, rsi, rdx, r10, r8 = arguments; rcx = rip, r11 = RFLAGS of user mode; rsp and the base of GS
 *        are still user mode's; interrupts masked, TF, DF, AC, NT clear (MSR_FMASK)
 *   Out  rax = result; all other registers except rcx and r11 unchanged
 *
 * Exceptions that can arrive while rsp is user mode's use stacks of the interrupt stack table.
 *
 * Intel SDM vol. 2B, "SYSRET": with a rip that is not canonical it faults in the kernel, on user mode's stack. This rip
 * is canonical: it lies behind a syscall instruction, which ends below VM_USER_END (vm.h), and nothing changes it. */
#include "frame.h"

	.text
	.balign 16
	.globl syscall_entry
	.type syscall_entry, @function
syscall_entry:
	swapgs
	movq %rsp, %gs:CPU_USER_RSP
	movq %gs:CPU_STACK_TOP, %rsp
	pushq $SELECTOR_USER_DATA	/* struct arch_frame from its end, without the callee-saved registers */
	pushq %gs:CPU_USER_RSP
	pushq %r11
	pushq $SELECTOR_USER_CODE
	pushq %rcx
	subq $16, %rsp
	push_scratch
	movq %rax, %rdi
	movq %rsp, %rsi
	call trap_call
	movq %rax, FRAME_RAX - FRAME_RDI(%rsp)
	call trap_leave
	pop_scratch			/* restores rcx and r11 with rip and RFLAGS */
	movq FRAME_RSP - FRAME_VECTOR(%rsp), %rsp
	swapgs
	sysretq
	.size syscall_entry, . - syscall_entry

	.section .note.GNU-stack, "", @progbits
