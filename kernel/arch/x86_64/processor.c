/* processor.c — the set-up of each processor, and the contexts of processes. */
#include "processor.h"

#include "apic.h"
#include "console.h"
#include "cpu.h"
#include "string.h"
#include "vm.h"

extern const char syscall_entry[];

const char *arch_machine_start(const struct hobnail_boot *boot)
{
	const char *wrong = apic_find();

	if (wrong)
		return wrong;
	traps_prepare();
	apic_start(); /* before the timer is measured: it sets the divider */
	return clock_start(boot);
}

/* ---- A processor --------------------------------------------------------------------------------------- */

/* Divides one kernel stack among the entries of the interrupt stack table. */
static void exception_stacks(struct descriptor_tss *tss)
{
	uint8_t *top = vm_stack_new();

	if (!top) {
		console_print("pith: no memory for the exception stacks of a processor\n");
		arch_halt();
	}
	for (unsigned i = 0; i < IST_LAST; i++)
		tss->ist[i] = (uint64_t)top - i * (VM_STACK_BYTES / IST_LAST);
}

static void descriptors(struct arch_cpu *c)
{
	struct descriptor_table gdt = { sizeof c->gdt - 1, (uint64_t)c->gdt };

	c->gdt[SELECTOR_CODE / 8] = SEGMENT_CODE_64;
	c->gdt[SELECTOR_DATA / 8] = SEGMENT_DATA;
	c->gdt[SELECTOR_USER_DATA / 8] = SEGMENT_DATA | SEGMENT_USER;
	c->gdt[SELECTOR_USER_CODE / 8] = SEGMENT_CODE_64 | SEGMENT_USER;
	descriptor_tss_entries(&c->gdt[SELECTOR_TSS / 8], (uint64_t)&c->tss);
	c->tss.io_map = sizeof c->tss; /* beyond the TSS: no ports for user mode */
	descriptor_tables_load(&gdt, &traps_table, SELECTOR_CODE, SELECTOR_DATA, SELECTOR_TSS);
}

/* Intel SDM vol. 2B, "SYSENTER": the instruction enters ring 0 unless this selector is null; firmware may have set
 * one. */
static void system_calls(void)
{
	cpu_write_msr(MSR_SYSENTER_CS, 0);
	cpu_write_msr(MSR_STAR, (uint64_t)(SELECTOR_USER_DATA - 8) << 48 | (uint64_t)SELECTOR_CODE << 32);
	cpu_write_msr(MSR_LSTAR, (uint64_t)syscall_entry);
	cpu_write_msr(MSR_FMASK, RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_NT | RFLAGS_RF | RFLAGS_AC);
	cpu_write_msr(MSR_EFER, cpu_read_msr(MSR_EFER) | EFER_SCE);
}

/* GS comes first: arch_spin(), which every wait for a lock calls, needs it. */
void arch_cpu_start(struct cpu *self)
{
	self->arch.self = self;
	cpu_write_msr(MSR_GS_BASE, (uint64_t)self);
	exception_stacks(&self->arch.tss);
	descriptors(&self->arch);
	cpu_write_msr(MSR_GS_BASE, (uint64_t)self); /* again: loading the selector has cleared it */
	system_calls();
	cpu_write_cr0(cpu_read_cr0() & ~CR0_TS);
	cpu_write_cr4(cpu_read_cr4() | cpu_protections());
	apic_start();
	if (self == cpus[0])
		apic_open_nmi();
}

void arch_idle(void)
{
	/* sti takes effect after hlt: a pending interrupt ends hlt and cannot be lost before it. */
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}

void arch_kick(struct cpu *other)
{
	apic_interrupt(other->hardware_id, APIC_FIXED(VECTOR_KICK));
}

/* ---- Processes ----------------------------------------------------------------------------------------- */

/* The stack as switch.S leaves it: six registers, the return address, and one word for the alignment after a call. */
void arch_context_make(struct arch_context *context, void *top, void (*function)(void))
{
	enum { WORDS = 8 };
	uint64_t *stack = (uint64_t *)top - WORDS;

	memset(stack, 0, WORDS * sizeof *stack);
	stack[6] = (uint64_t)function;
	*context = (struct arch_context){ .rsp = (uint64_t)stack };
	memcpy(context->fp + FXSAVE_CONTROL, &(uint16_t){ X87_CONTROL_RESET }, sizeof(uint16_t));
	memcpy(context->fp + FXSAVE_MXCSR, &(uint32_t){ MXCSR_RESET }, sizeof(uint32_t));
}

void arch_kernel_stack_use(void *top)
{
	struct arch_cpu *c = &arch_this_cpu()->arch;

	c->stack_top = c->tss.rsp[0] = (uint64_t)top;
}

void arch_frame_make(struct arch_frame *frame, vaddr pc, vaddr sp, uint64_t first, uint64_t second)
{
	*frame = (struct arch_frame){
		.rdi = first, .rsi = second,
		.rip = pc, .cs = SELECTOR_USER_CODE, .rflags = RFLAGS_ONES | RFLAGS_IF,
		.rsp = sp, .ss = SELECTOR_USER_DATA,
	};
}
