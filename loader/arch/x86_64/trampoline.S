/* trampoline.S — from a startup interrupt to the net. */
#include "cpu.h"
#include "layout.h"

	.text

/* Copied to a page below 640 KiB, with struct trampoline of cpus.c behind it.
 * In:  real mode, CS = the page, IP = 0, nothing else known. All processors may be here at once: nothing is written
 * Out: at `target`, 64-bit, in the transition space, rbx = the page; no stack */
	.globl trampoline, trampoline_32, trampoline_64, trampoline_end
	.code16
trampoline:
	cli
	cld
	xor	%ebx, %ebx
	mov	%cs, %bx
	mov	%bx, %ds
	shl	$4, %ebx
	lgdtl	TRAMPOLINE_GDTR
	mov	$CR0_PE, %eax
	mov	%eax, %cr0
	ljmpl	*TRAMPOLINE_FAR_32

	.code32
trampoline_32:
	mov	$SELECTOR_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	TRAMPOLINE_CR4(%ebx), %eax
	mov	%eax, %cr4
	mov	TRAMPOLINE_ROOT(%ebx), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	mov	$(EFER_LME | EFER_NXE), %eax	/* NXE first: the tables use NX */
	xor	%edx, %edx
	wrmsr
	mov	$(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG), %eax	/* INIT had left caches off */
	mov	%eax, %cr0
	ljmpl	*TRAMPOLINE_FAR_64(%ebx)

	.code64
trampoline_64:
	mov	%ebx, %ebx		/* upper half is undefined after the change of mode */
	jmp	*TRAMPOLINE_TARGET(%rbx)
trampoline_end:
	.if	trampoline_end - trampoline > TRAMPOLINE
	.error	"TRAMPOLINE"
	.endif

/* In the net: find the entry with this processor's id, as cpu_apic_id() has it. Go on in C on the stack in its area. */
	.globl cpu_entry
cpu_entry:
	mov	%rbx, %rsi
	xor	%eax, %eax
	cpuid
	cmp	$0xb, %eax
	jb	1f
	mov	$0xb, %eax
	xor	%ecx, %ecx
	cpuid
	test	%ebx, %ebx
	jnz	2f
1:	mov	$1, %eax
	cpuid
	shr	$24, %ebx
	mov	%ebx, %edx
2:	mov	TRAMPOLINE_CPUS(%rsi), %rdi
	mov	TRAMPOLINE_COUNT(%rsi), %rcx
3:	cmp	%rdx, CPU_ID(%rdi)
	je	5f
	add	$CPU_BYTES, %rdi
	loop	3b
4:	hlt				/* nobody has started this one */
	jmp	4b
5:	mov	CPU_AREA(%rdi), %rsp
	add	$CPU_AREA_BYTES, %rsp
	xor	%ebp, %ebp
	call	cpu_main
