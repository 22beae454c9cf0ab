/* user_copy.S — arch_user_copy(), the only code that touches user memory.
 *
 *   In   rdi = to, rsi = from, rdx = bytes
 *   Out  al = 1; 0: a page fault at one of the two copy instructions, after which traps.c continues at user_copy_failed
 *
 * RFLAGS.AC lets the kernel access user memory under SMAP. stac and clac would set it, but are undefined instructions
 * on processors without SMAP; popf works on all. */
#include "cpu.h"
#include "frame.h"

	.text
	.globl arch_user_copy, user_copy_begin, user_copy_end, user_copy_failed
	.type arch_user_copy, @function
arch_user_copy:
	movq %rdx, %rcx
	shrq $3, %rcx
	andl $7, %edx
	pushq $RFLAGS_ONES | RFLAGS_AC
	popfq
user_copy_begin:
	rep movsq
	movl %edx, %ecx
	rep movsb
user_copy_end:
	kernel_flags
	movl $1, %eax
	ret
user_copy_failed:
	kernel_flags
	xorl %eax, %eax
	ret
	.size arch_user_copy, . - arch_user_copy

	.section .note.GNU-stack, "", @progbits
