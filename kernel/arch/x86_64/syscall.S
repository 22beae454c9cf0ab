/* syscall.S — where the instruction syscall leads.
 *
 *   In   rax = number; rdi, rsi, rdx, r10, r8 = arguments; rcx = rip, r11 = RFLAGS of user mode; rsp and the base of GS are
 *        still user mode's; interrupts masked, TF, DF, AC, NT clear (MSR_FMASK)
 *   Out  rax = result; all others but rcx and r11 as they were
 *
 * What comes until rsp is the kernel's, and again from where it is not, comes on stacks of the interrupt stack table.
 *
 * Intel SDM vol. 2B, "SYSRET": to a rip that is not canonical it faults in the kernel, on user mode's stack. This rip lies behind
 * a syscall instruction, which ends below VM_USER_END (vm.h), and nothing changes it: it is canonical. */
#include "frame.h"

	.text
	.balign 16
	.globl syscall_entry
	.type syscall_entry, @function
syscall_entry:
	swapgs
	movq %rsp, %gs:CPU_USER_RSP
	movq %gs:CPU_STACK_TOP, %rsp
	pushq $SELECTOR_USER_DATA	/* struct arch_frame from its end, but for what C functions keep */
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
	pop_scratch			/* rcx and r11 are rip and RFLAGS again */
	movq FRAME_RSP - FRAME_VECTOR(%rsp), %rsp
	swapgs
	sysretq
	.size syscall_entry, . - syscall_entry

	.section .note.GNU-stack, "", @progbits
