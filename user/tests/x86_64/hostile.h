/* hostile.h — instructions that user mode must not execute on x86_64, and harmless states for a system call. */
#ifndef USER_TESTS_HOSTILE_H
#define USER_TESTS_HOSTILE_H

#include <stdint.h>

#define HOSTILE_CLOBBERS : : : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory"

/* Intel SDM vol. 3A, "Privileged Instructions" and "Gate-descriptor" privilege checks. */
#define HOSTILE_FATAL(X) \
	X(hlt, "hlt") \
	X(cli, "cli") \
	X(in, "inb $0x60, %%al") \
	X(out, "outb %%al, $0x80") \
	X(rdmsr, "movl $0xc0000080, %%ecx; rdmsr") \
	X(wrmsr, "movl $0xc0000082, %%ecx; xorl %%eax, %%eax; xorl %%edx, %%edx; wrmsr") \
	X(read_cr3, "movq %%cr3, %%rax") \
	X(write_cr4, "xorl %%eax, %%eax; movq %%rax, %%cr4") \
	X(write_dr7, "xorl %%eax, %%eax; movq %%rax, %%dr7") \
	X(lgdt, "subq $16, %%rsp; lgdt (%%rsp)") \
	X(lidt, "subq $16, %%rsp; lidt (%%rsp)") \
	X(ltr, "movl $8, %%eax; ltr %%ax") \
	X(invlpg, "invlpg (%%rsp)") \
	X(swapgs, "swapgs") \
	X(sysret, "sysretq") \
	X(sysenter, "sysenter") \
	X(int_80, "int $0x80") \
	X(int_timer, "int $0x20") \
	X(int_8, "int $8") \
	X(int_2, "int $2") \
	X(int_14, "int $14") \
	X(breakpoint, "int3") \
	X(single_step, "pushfq; orl $0x100, (%%rsp); popfq; nop") \
	X(single_step_call, "movl $1, %%eax; pushfq; orl $0x100, (%%rsp); popfq; syscall; nop") \
	X(single_step_put_off, \
	  "movl $1, %%eax; movw %%ss, %%cx; pushfq; orl $0x100, (%%rsp); popfq; movw %%cx, %%ss; syscall; nop") \
	X(debug_interrupt, ".byte 0xf1") \
	X(divide, "xorl %%ecx, %%ecx; movl $1, %%eax; xorl %%edx, %%edx; divl %%ecx") \
	X(far_kernel_code, "pushq $8; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:") \
	X(iret_kernel_code, \
	  "movq %%rsp, %%rbx; pushq $16; pushq %%rbx; pushfq; pushq $8; " \
	  "leaq 1f(%%rip), %%rax; pushq %%rax; iretq; 1:") \
	X(iret_interrupts_off, "movq %%rsp, %%rbx; cli") \
	X(load_kernel_stack, "movl $16, %%eax; movw %%ax, %%ss") \
	X(non_canonical_stack, "movq $0x800000000000, %%rsp; pushq %%rax") \
	X(kernel_stack, "movq $0xffff800000000000, %%rsp; pushq %%rax") \
	X(floating_point, "pushq $0; fldcw (%%rsp); fldz; fldz; fdivp; fwait") \
	X(fault_with_flags, "pushfq; orl $0x44400, (%%rsp); popfq; movl 0, %%eax") \
	X(set_fs_base, "movq %%rsp, %%rax; wrfsbase %%rax") \
	X(set_gs_base, "movq %%rsp, %%rax; wrgsbase %%rax") \
	X(wide_vectors, "vxorps %%ymm0, %%ymm0, %%ymm0") \
	X(extended_state, "xorl %%ecx, %%ecx; xgetbv") \
	X(performance_counter, "xorl %%ecx, %%ecx; rdpmc")

/* Fatal where the processor has UMIP (Intel SDM vol. 2A, "CPUID": leaf 7, ECX bit 2). */
#define HOSTILE_GUARDED_BY "UMIP"
#define HOSTILE_GUARDED(X) \
	X(sgdt, "subq $16, %%rsp; sgdt (%%rsp)") \
	X(sidt, "subq $16, %%rsp; sidt (%%rsp)") \
	X(sldt, "sldt %%rax") \
	X(smsw, "smsw %%rax") \
	X(str, "str %%rax")

static inline int hostile_is_guarded(void)
{
	uint32_t a = 0, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (a < 7)
		return 0;
	a = 7, c = 0;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return c >> 2 & 1;
}

/* Fatal, but QEMU 9.1 to 11 do not check the privilege of these two: both do nothing there
 * (target/i386/tcg/decode-new.c.inc). The first one shows whether that is so. */
#define HOSTILE_UNCHECKED_BY_SOME(X) \
	X(invd, "invd") \
	X(wbinvd, "wbinvd")

/* Flags that user mode may set and the kernel must not run with, nor another process: DF, NT, AC. C code cannot run
 * with DF. */
#define HOSTILE_SET_FLAGS "pushfq; orl $0x44000, (%%rsp); popfq"
#define HOSTILE_YIELD_WITH_FLAGS \
	"pushfq; orl $0x44400, (%%rsp); popfq; movl $7, %%eax; syscall; " \
	"pushfq; andl $~0x44400, (%%rsp); popfq"

/* System call 1 is PITH_GETPID. */
#define HOSTILE_HARMLESS(X) \
	X(call_on_kernel_stack, \
	  "movq %%rsp, %%rbx; movq $0xffff800000000000, %%rsp; movl $1, %%eax; syscall; movq %%rbx, %%rsp") \
	X(call_on_no_stack, \
	  "movq %%rsp, %%rbx; movq $0x800000000000, %%rsp; movl $1, %%eax; syscall; movq %%rbx, %%rsp") \
	X(call_with_flags, \
	  "pushfq; orl $0x44400, (%%rsp); popfq; movl $1, %%eax; syscall; pushfq; andl $~0x44400, (%%rsp); popfq") \
	X(interrupts_with_flags, \
	  "pushfq; orl $0x44400, (%%rsp); popfq; movl $50000000, %%eax; 1: decl %%eax; jnz 1b; " \
	  "pushfq; andl $~0x44400, (%%rsp); popfq") \
	X(keep_interrupts, "pushfq; andl $~0x200, (%%rsp); popfq; movl $1, %%eax; syscall") \
	X(null_segments, \
	  "xorl %%eax, %%eax; movw %%ax, %%ds; movw %%ax, %%es; " \
	  "movw %%ax, %%fs; movw %%ax, %%gs; movl $1, %%eax; syscall") \
	X(on_kernel_stack, \
	  "movq %%rsp, %%rbx; movq $0xffff800000000000, %%rsp; movl $50000000, %%eax; " \
	  "1: decl %%eax; jnz 1b; movq %%rbx, %%rsp")

#endif
