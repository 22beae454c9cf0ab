/* hostile.h — instructions that user mode must not execute on aarch64, and harmless states for a system call. */
#ifndef USER_TESTS_HOSTILE_H
#define USER_TESTS_HOSTILE_H

#include <stdint.h>

#define HOSTILE_CLOBBERS : : : "x0", "x1", "x2", "x3", "x4", "x8", "x19", "memory", "cc"

/* Arm ARM DDI 0487, "AArch64 System Register Descriptions" and the instructions themselves: undefined at EL0, or as
 * SCTLR_EL1 says. */
#define HOSTILE_FATAL(X) \
	X(mask_interrupts, "msr daifset, #2") \
	X(read_mask, "mrs x0, daif") \
	X(read_sctlr, "mrs x0, sctlr_el1") \
	X(read_ttbr1, "mrs x0, ttbr1_el1") \
	X(write_ttbr0, "msr ttbr0_el1, xzr") \
	X(write_vbar, "msr vbar_el1, xzr") \
	X(write_tpidr, "msr tpidr_el1, xzr") \
	X(write_sp, "msr spsel, #1") \
	X(write_timer, "msr cntv_ctl_el0, xzr") \
	X(write_timer_physical, "msr cntp_ctl_el0, xzr") \
	X(cycle_counter, "mrs x0, pmccntr_el0") \
	X(debug, "mrs x0, mdscr_el1") \
	X(end_of_interrupt, "msr s3_0_c12_c12_1, xzr") \
	X(send_interrupt, "msr s3_0_c12_c11_5, xzr") \
	X(flush_tlb, "tlbi vmalle1") \
	X(flush_code, "ic iallu") \
	X(invalidate_data, "mov x0, sp; dc ivac, x0") \
	X(translate, "at s1e1r, xzr") \
	X(return_from_exception, "eret") \
	X(hypervisor, "hvc #0") \
	X(monitor, "smc #0") \
	X(breakpoint, "brk #1") \
	X(halt, "hlt #1") \
	X(misaligned_stack, "sub sp, sp, #8; ldr x0, [sp]") \
	X(kernel_stack, "mov x0, #0xffff800000000000; mov sp, x0; ldr x0, [sp]") \
	X(misaligned_code, "adr x0, 1f; add x0, x0, #2; br x0; 1: nop; nop") \
	X(zero_line, "sub x0, sp, #4096; dc zva, x0") \
	X(clean_data, "mov x0, sp; dc cvau, x0") \
	X(forget_code, "mov x0, sp; ic ivau, x0") \
	X(cache_type, "mrs x0, ctr_el0") \
	X(counter, "mrs x0, cntvct_el0") \
	X(counter_rate, "mrs x0, cntfrq_el0") \
	X(physical_counter, "mrs x0, cntpct_el0") \
	X(kernel_thread_pointer, "msr tpidrro_el0, x0") \
	X(wide_vectors, ".inst 0x2518e3e0" /* ptrue p0.b */) \
	X(streaming_mode, ".inst 0xd503477f" /* smstart */)

/* No instruction depends on an optional feature that the kernel must enable. */
#define HOSTILE_GUARDED_BY ""
#define HOSTILE_GUARDED(X)
static inline int hostile_is_guarded(void) { return 0; }

/* WFI is fatal, but some QEMU versions (7.2 to 10; target/arm/op_helper.c, check_wfx_trap) test SCTLR_EL1.nTWI also for
 * the user mode of a kernel at EL2, where that bit has the firmware's value. */
#define HOSTILE_UNCHECKED_BY_SOME(X) X(wait_for_interrupt, "wfi")

/* The kernel does not inherit any flag of user mode. */
#define HOSTILE_SET_FLAGS ""
#define HOSTILE_YIELD_WITH_FLAGS "mov x8, #7; svc #0"

/* System call 1 is PITH_GETPID. */
#define HOSTILE_HARMLESS(X) \
	X(call_on_kernel_stack, \
	  "mov x19, sp; mov x0, #0xffff800000000000; mov sp, x0; mov x8, #1; svc #0; mov sp, x19") \
	X(call_on_misaligned_stack, "mov x19, sp; sub x0, x19, #3; mov sp, x0; mov x8, #1; svc #0; mov sp, x19") \
	X(on_kernel_stack, \
	  "mov x19, sp; mov x0, #0xffff800000000000; mov sp, x0; mov x0, #0x3000000; " \
	  "1: subs x0, x0, #1; b.ne 1b; mov sp, x19") \
	X(other_svc, "mov x8, #1; svc #0xffff") \
	X(own_thread_pointer, "msr tpidr_el0, x8; mrs x0, tpidr_el0")

#endif
