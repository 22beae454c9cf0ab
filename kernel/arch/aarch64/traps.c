/* traps.c — exceptions other than system calls and interrupts: faults of a process, or of the kernel. */
#include "arch/aarch64/traps.h"

#include "contract/aarch64/trap.h"
#include "cpu.h"
#include "string.h"
#include "trap.h"
#include "vm.h"

_Static_assert(VM_STACK_BIT == KERNEL_STACK_BIT, "layout.h");

static struct fault fault_of(const struct arch_frame *frame, uint64_t vector)
{
	struct fault f = {
		.arch = HOBNAIL_ARCH_AARCH64, .vector = (uint32_t)vector, .hardware_id = cpu_affinity(),
		.syndrome = cpu_read(esr_el1), .address = cpu_read(far_el1),
		.pc = frame->pc, .sp = frame->sp, .flags = frame->flags,
		.control = { cpu_read(sctlr_el1), cpu_read(tcr_el1), cpu_read(ttbr0_el1), cpu_read(ttbr1_el1),
		             cpu_read(mair_el1), cpu_level() == 2 ? cpu_read(hcr_el2) : 0 },
	};

	memcpy(f.general, frame->general, sizeof f.general);
	return f;
}

/* Vectors come in fours: synchronous, IRQ, FIQ, SError. Only a synchronous exception is the process's fault. */
_Noreturn void vector_user(const struct arch_frame *frame, uint64_t vector)
{
	struct fault f = fault_of(frame, vector);

	if (vector % 4 == 0)
		trap_user_fault(&f);
	trap_kernel_fault(&f, NULL);
}

static bool is_data_abort(uint64_t vector)
{
	return vector % 4 == 0 && ESR_CLASS(cpu_read(esr_el1)) == ESR_CLASS_DATA;
}

/* Is it a fault of arch_user_copy() at a user address? External aborts are not: they are errors of the memory. */
static bool is_bad_user_address(const struct arch_frame *frame, uint64_t vector)
{
	return is_data_abort(vector) && ESR_STATUS(cpu_read(esr_el1)) < ESR_STATUS_TABLES &&
	       !(cpu_read(far_el1) >> 63) && frame->pc >= (uint64_t)arch_user_copy &&
	       frame->pc < (uint64_t)user_copy_failed;
}

void vector_kernel(struct arch_frame *frame, uint64_t vector)
{
	if (is_bad_user_address(frame, vector)) {
		frame->pc = (uint64_t)user_copy_failed;
		return;
	}
	if (vector % 4 == 0 && trap_probe_caught(&frame->pc))
		return;
	struct fault f = fault_of(frame, vector);
	trap_kernel_fault(&f, is_data_abort(vector) && vm_is_guard(f.address) ? "kernel stack overflow" : NULL);
}

const char *arch_faults_double(void)
{
	return "this processor has no double fault: an exception stores nothing, so none can come while another is "
	       "handed over";
}

const char *arch_edge_break(void)
{
	return "this processor has no such edge: it changes to the kernel's stack pointer by itself";
}

void arch_frame_make(struct arch_frame *frame, vaddr pc, vaddr sp, uint64_t first, uint64_t second)
{
	*frame = (struct arch_frame){
		.general = { first, second }, .sp = sp, .pc = pc,
		.flags = SPSR_D | SPSR_F, /* EL0; FIQs and debug exceptions are not used */
	};
}

void arch_context_make(struct arch_context *context, void *top, void (*function)(void))
{
	*context = (struct arch_context){ .pc = (uint64_t)function, .sp = (uint64_t)top };
}

/* Nothing to do: SP_EL1 is right when arch_frame_return() enters user mode. */
void arch_kernel_stack_use(void *top)
{
	(void)top;
}
