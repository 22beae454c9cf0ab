/* switch.S — the few instructions between address spaces. */
#include "cpu.h"
#include "descriptor.h"
#include "layout.h"

	.text

/* void switch_space(root, stack, target): noreturn.
 * In:  64-bit, interrupts masked, running at an address that old and new space translate alike.
 * Out: at `target` in the space of `root`, on `stack`. */
	.globl switch_space
switch_space:
	mov	%rdi, %cr3
	mov	%rsi, %rsp
	xor	%ebp, %ebp
	push	$0			/* as after a call */
	jmp	*%rdx

/* void switch_levels(struct switch_levels *): noreturn. enter.c has the structure. It and this code lie below 4 GiB,
 * and both the old space and the new one identity-map them.
 * In:  64-bit, either number of levels, rdi = structure
 * Out: 64-bit, the other number of levels, at its `target` on its `stack` */
	.globl switch_levels
switch_levels:
	mov	%edi, %ebx
	lgdt	0x20(%rbx)
	push	$SELECTOR_CODE32
	lea	compatibility(%rip), %rax
	push	%rax
	lretq

	.code32
compatibility:
	mov	$SELECTOR_DATA, %eax
	mov	%eax, %ss
	mov	%eax, %ds
	mov	%cr0, %eax
	btr	$CR0_PG_BIT, %eax
	mov	%eax, %cr0		/* clears EFER.LMA, too */
	mov	%cr4, %eax
	xor	$CR4_LA57, %eax
	mov	%eax, %cr4
	mov	0x00(%ebx), %eax	/* root, below 4 GiB */
	mov	%eax, %cr3
	mov	%cr0, %eax
	bts	$CR0_PG_BIT, %eax
	mov	%eax, %cr0
	ljmp	*0x18(%ebx)

	.code64
	.globl switch_levels_64
switch_levels_64:
	mov	%ebx, %ebx		/* upper half is undefined after the change of mode */
	mov	0x08(%rbx), %rsp
	xor	%ebp, %ebp
	push	$0
	jmp	*0x10(%rbx)

/* void enter_kernel(root, stack, entry, argument, return_to): noreturn.
 * In:  64-bit, in the net, interrupts masked, control registers final but for CR3
 * Out: the machine state of docs/protocol.md, "x86_64"; with return_to = 0 the argument is in RDI alone */
	.globl enter_kernel
enter_kernel:
	mov	%rdi, %cr3
	mov	%rsi, %rsp
	push	%r8			/* [rsp] at entry: where a return goes */
	push	%rdx			/* popped by ret */
	mov	%rcx, %rdi
	test	%r8, %r8
	jnz	1f
	xor	%ecx, %ecx
1:
	xor	%eax, %eax
	xor	%ebx, %ebx
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%ebp, %ebp
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	xor	%r13d, %r13d
	xor	%r14d, %r14d
	xor	%r15d, %r15d
	/* xor sets flags: popfq is the last to touch them */
	pushq	$RFLAGS_ONES
	popfq
	ret

/* void enter_32(const struct enter_32 *): noreturn. enter.c has the structure.
 * In:  64-bit, interrupts masked, a GDT like net_gdt; it, code, structure and stack below 4 GiB, mapped one to one
 * Out: 32-bit mode with flat segments, paging off, EAX and EBX as the structure says, other registers 0 */
	.globl enter_32
enter_32:
	mov	%edi, %ebp
	lidt	0x10(%rbp)		/* a 64-bit one would be read as a 32-bit one */
	mov	0x0c(%rbp), %esp
	push	$SELECTOR_CODE32
	lea	1f(%rip), %rax
	push	%rax
	lretq

	.code32
1:	mov	$SELECTOR_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	mov	%eax, %ss
	mov	$(CR0_PE | CR0_ET), %eax
	mov	%eax, %cr0		/* clears EFER.LMA, too */
	mov	$MSR_EFER, %ecx
	xor	%eax, %eax
	xor	%edx, %edx
	wrmsr
	mov	%eax, %cr4
	mov	%eax, %cr3
	mov	0x0c(%ebp), %esp	/* ESP is undefined after the change of mode */
	pushl	0x00(%ebp)		/* popped by ret */
	mov	0x08(%ebp), %ebx
	mov	0x04(%ebp), %eax
	xor	%ecx, %ecx
	xor	%esi, %esi
	xor	%edi, %edi
	xor	%ebp, %ebp
	pushl	$RFLAGS_ONES
	popfl
	ret

	.code64
/* uint64_t call_within(entry, signature, argument)
 * In:  64-bit, boot services alive, on the firmware's stack
 * Out: at the entry, with EAX and RBX. Returns RAX if the kernel returns with the stack pointer that it got */
	.globl call_within
call_within:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	sub	$8, %rsp		/* a multiple of 16 at the call */
	mov	%esi, %eax
	mov	%rdx, %rbx
	cld
	call	*%rdi
	cld
	add	$8, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

/* Each processor has a copy. */
	.data
	.balign 16
	.globl net_gdt
net_gdt:
	.quad	0
	.quad	SEGMENT_CODE_16
	.quad	SEGMENT_DATA_16
	.quad	SEGMENT_CODE_32	/* SELECTOR_CODE32 */
	.quad	SEGMENT_DATA
	.quad	SEGMENT_CODE_64	/* SELECTOR_CODE   */
	.quad	SEGMENT_DATA		/* SELECTOR_DATA   */
	.quad	0, 0			/* SELECTOR_TSS: filled in the copy */
