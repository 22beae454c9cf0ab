/* traps.c — dispatch of exceptions and interrupts, called by vectors.S. */
#include "apic.h"
#include "console.h"
#include "cpu.h"
#include "processor.h"
#include "stop.h"
#include "trap.h"
#include "vm.h"

extern const char vectors[], vector_spurious[], syscall_entry[];
extern const char user_copy_begin[], user_copy_end[], user_copy_failed[];

void trap_from_user(struct arch_frame *frame);
void trap_from_kernel(struct arch_frame *frame);

static struct descriptor_gate gates[VECTORS];
struct descriptor_table traps_table = { sizeof gates - 1, (uint64_t)gates };

/* ---- The table ----------------------------------------------------------------------------------------- */

/* The interrupt stack table's entry for exceptions that may arrive while rsp is bad or user mode's; 0: none. */
static uint8_t stack_of(unsigned vector)
{
	switch (vector) {
	case VECTOR_NMI: return IST_NMI;
	case VECTOR_DEBUG: /* may share a stack: from the kernel, it is reported and ends the machine */
	case VECTOR_DOUBLE_FAULT: return IST_DOUBLE_FAULT;
	case VECTOR_MACHINE_CHECK: return IST_MACHINE_CHECK;
	case VECTOR_PAGE_FAULT: return IST_PAGE_FAULT;
	default: return 0;
	}
}

void traps_prepare(void)
{
	for (unsigned i = 0; i < VECTORS; i++)
		gates[i] = descriptor_gate((uint64_t)vectors + i * STUB_BYTES, SELECTOR_CODE, stack_of(i));
	gates[VECTOR_SPURIOUS] = descriptor_gate((uint64_t)vector_spurious, SELECTOR_CODE, 0);
	gates[VECTOR_BREAKPOINT].type |= DESCRIPTOR_USER; /* user mode may execute int3; any other int n is a #GP */
}

/* ---- Faults -------------------------------------------------------------------------------------------- */

/* Intel SDM vol. 3A, "Interrupt 8—Double Fault Exception (#DF)": a page fault whose gate is not present (#NP) is
 * one. */
const char *arch_faults_double(void)
{
	gates[VECTOR_PAGE_FAULT].type &= (uint8_t)~DESCRIPTOR_PRESENT;
	return NULL;
}

/* Intel SDM vol. 3B, "Debug Registers": an instruction breakpoint traps before the instruction. */
const char *arch_edge_break(void)
{
	cpu_write_dr0((uint64_t)syscall_entry);
	cpu_write_dr7(DR7_ONES | DR7_GLOBAL_0);
	return NULL;
}

static struct fault fault_of(const struct arch_frame *f)
{
	return (struct fault){
		.arch = HOBNAIL_ARCH_X86_64, .vector = (uint32_t)f->vector, .hardware_id = cpu_apic_id(),
		.syndrome = f->error, .address = cpu_read_cr2(), .pc = f->rip, .sp = f->rsp, .flags = f->rflags,
		.general = { f->rax, f->rbx, f->rcx, f->rdx, f->rsi, f->rdi, f->rbp, f->r8,
		             f->r9, f->r10, f->r11, f->r12, f->r13, f->r14, f->r15 },
		.control = { cpu_read_cr0(), cpu_read_cr3(), cpu_read_cr4(), cpu_read_msr(MSR_EFER), f->cs, f->ss },
	};
}

static _Noreturn void kernel_fault(const struct arch_frame *frame)
{
	if (frame->vector == VECTOR_NMI && stop_is_wanted())
		arch_halt();
	struct fault fault = fault_of(frame);
	bool of_memory = frame->vector == VECTOR_PAGE_FAULT || frame->vector == VECTOR_DOUBLE_FAULT;
	trap_kernel_fault(&fault, of_memory && vm_is_guard(fault.address) ? "kernel stack overflow" : NULL);
}

void arch_stop_others(void)
{
	uint64_t self = cpu_apic_id();

	for (unsigned i = 0; i < cpu_count; i++)
		if (cpus[i]->started && cpus[i]->hardware_id != self)
			apic_interrupt(cpus[i]->hardware_id, APIC_NMI);
}

/* ---- Dispatch ------------------------------------------------------------------------------------------ */

/* An interrupt without a handler, from a device that was left on. Printed once for each vector, because it may
 * repeat. */
static void say_unasked(uint64_t vector)
{
	static uint64_t said[VECTORS / 64];
	uint64_t bit = 1ull << vector % 64;

	if (!(__atomic_fetch_or(&said[vector / 64], bit, __ATOMIC_RELAXED) & bit))
		console_print("pith: interrupt vector %lu has come, which nobody has asked for\n",
		              (unsigned long)vector);
}

void arch_stray_interrupt(void)
{
	enum { VECTOR_STRAY = 200 };

	apic_interrupt(cpu_apic_id(), APIC_FIXED(VECTOR_STRAY));
}

static void interrupt(uint64_t vector)
{
	apic_done();
	switch (vector) {
	case VECTOR_TIMER:
		if (clock_timer_is_due())
			trap_timer();
		break;
	case VECTOR_KICK:
		trap_kicked();
		break;
	case VECTOR_FLUSH:
		flush_serve();
		break;
	default:
		say_unasked(vector);
	}
}

/* Exceptions of the machine, which are not the fault of the running process. */
static bool is_the_machines(uint64_t vector)
{
	return vector == VECTOR_NMI || vector == VECTOR_DOUBLE_FAULT || vector == VECTOR_MACHINE_CHECK;
}

void trap_from_user(struct arch_frame *frame)
{
	if (is_the_machines(frame->vector))
		kernel_fault(frame);
	if (frame->vector < VECTOR_EXCEPTIONS) {
		struct fault fault = fault_of(frame);
		trap_user_fault(&fault);
	}
	interrupt(frame->vector);
	trap_leave();
}

static bool is_user_copy(uint64_t rip)
{
	return rip >= (uint64_t)user_copy_begin && rip < (uint64_t)user_copy_end;
}

/* An interrupt of the idle process, or a page fault in arch_user_copy(); anything else is a fault of the kernel. */
void trap_from_kernel(struct arch_frame *frame)
{
	if (frame->vector >= VECTOR_EXCEPTIONS)
		interrupt(frame->vector);
	else if (frame->vector == VECTOR_PAGE_FAULT && is_user_copy(frame->rip))
		frame->rip = (uint64_t)user_copy_failed;
	else
		kernel_fault(frame);
}
