/* hostile.h — instructions that a process of x86_64 must not be able to use, and states in which it may call the kernel. */
#ifndef USER_TESTS_HOSTILE_H
#define USER_TESTS_HOSTILE_H

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
	X(wbinvd, "wbinvd") \
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
	X(single_step_put_off, "movl $1, %%eax; movw %%ss, %%cx; pushfq; orl $0x100, (%%rsp); popfq; movw %%cx, %%ss; syscall; nop") \
	X(debug_interrupt, ".byte 0xf1") \
	X(divide, "xorl %%ecx, %%ecx; movl $1, %%eax; xorl %%edx, %%edx; divl %%ecx") \
	X(far_kernel_code, "pushq $8; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:") \
	X(iret_kernel_code, "movq %%rsp, %%rbx; pushq $16; pushq %%rbx; pushfq; pushq $8; leaq 1f(%%rip), %%rax; pushq %%rax; iretq; 1:") \
	X(iret_interrupts_off, "movq %%rsp, %%rbx; cli") \
	X(load_kernel_stack, "movl $16, %%eax; movw %%ax, %%ss") \
	X(non_canonical_stack, "movq $0x800000000000, %%rsp; pushq %%rax") \
	X(kernel_stack, "movq $0xffff800000000000, %%rsp; pushq %%rax") \
	X(floating_point, "pushq $0; fldcw (%%rsp); fldz; fldz; fdivp; fwait")

/* System call 1 is PITH_GETPID. */
#define HOSTILE_HARMLESS(X) \
	X(call_on_kernel_stack, "movq %%rsp, %%rbx; movq $0xffff800000000000, %%rsp; movl $1, %%eax; syscall; movq %%rbx, %%rsp") \
	X(call_on_no_stack, "movq %%rsp, %%rbx; movq $0x800000000000, %%rsp; movl $1, %%eax; syscall; movq %%rbx, %%rsp") \
	X(call_with_flags, "pushfq; orl $0x44400, (%%rsp); popfq; movl $1, %%eax; syscall; pushfq; andl $~0x44400, (%%rsp); popfq") \
	X(interrupts_with_flags, "pushfq; orl $0x44400, (%%rsp); popfq; movl $50000000, %%eax; 1: decl %%eax; jnz 1b; " \
	                         "pushfq; andl $~0x44400, (%%rsp); popfq") \
	X(keep_interrupts, "pushfq; andl $~0x200, (%%rsp); popfq; movl $1, %%eax; syscall") \
	X(null_segments, "xorl %%eax, %%eax; movw %%ax, %%ds; movw %%ax, %%es; movw %%ax, %%fs; movw %%ax, %%gs; movl $1, %%eax; syscall") \
	X(on_kernel_stack, "movq %%rsp, %%rbx; movq $0xffff800000000000, %%rsp; movl $50000000, %%eax; 1: decl %%eax; jnz 1b; movq %%rbx, %%rsp")

#endif
