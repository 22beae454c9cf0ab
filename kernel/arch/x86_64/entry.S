/* entry.S — the kernel's entry point.
 *
 *   In   docs/protocol.md, "State at entry: x86_64": long mode, interrupts off, the loader's stack, rdi = record
 *   Out  every register of the contract saved in entry_state; C code on pith's own stack
 *
 * mov and lea change no flags, so RFLAGS still has the loader's value when it is saved. */
#include "arch/x86_64/state.h"

	.section .text.entry, "ax"
	.globl kernel_entry
	.type kernel_entry, @function
kernel_entry:
	movq %rax, entry_state+ENTRY_RAX(%rip)
	movq %rbx, entry_state+ENTRY_RBX(%rip)
	movq %rcx, entry_state+ENTRY_RCX(%rip)
	movq %rdx, entry_state+ENTRY_RDX(%rip)
	movq %rsi, entry_state+ENTRY_RSI(%rip)
	movq %rdi, entry_state+ENTRY_RDI(%rip)
	movq %rbp, entry_state+ENTRY_RBP(%rip)
	movq %rsp, entry_state+ENTRY_RSP(%rip)
	.irp n, 8, 9, 10, 11, 12, 13, 14, 15
	movq %r\n, entry_state+ENTRY_R8+8*(\n-8)(%rip)
	.endr
	leaq stack_top(%rip), %rsp
	pushfq
	popq entry_state+ENTRY_RFLAGS(%rip)
	cld
	xorl %ebp, %ebp
	call kernel_main

	/* `return` on the command line: return to the loader. */
	movq entry_state+ENTRY_RSP(%rip), %rsp
	ret
	.size kernel_entry, . - kernel_entry

/* The entry point of a released processor: pushes struct entry_state on its boot stack, the last member first. */
	.globl arch_entry_other
	.type arch_entry_other, @function
arch_entry_other:
	pushfq
	.irp r, r15, r14, r13, r12, r11, r10, r9, r8, rsp, rbp, rdi, rsi, rdx, rcx, rbx, rax
	pushq %\r
	.endr
	addq $ENTRY_RFLAGS + 8 - ENTRY_R8, ENTRY_RSP(%rsp) /* rsp before these pushes */
	movq %rsp, %rdi
	cld
	xorl %ebp, %ebp
	call cpus_arrive
	.size arch_entry_other, . - arch_entry_other

	.section .bss.stack, "aw", @nobits
	.balign 16
	.skip 65536
stack_top:
	.section .note.GNU-stack, "", @progbits
