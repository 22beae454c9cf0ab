/* processor.c — the set-up of each processor: arch.h, "The kernel's processors". */
#include "arch/aarch64/traps.h"

#include "cpu.h"
#include "panic.h"
#include "processor.h"
#include "vm.h"

_Static_assert(offsetof(struct cpu, arch) == 0 && offsetof(struct arch_cpu, self) == 0, "layout.h");

const char *arch_machine_start(const struct hobnail_boot *boot)
{
	const char *why = mmu_start(boot);

	if (!why)
		why = timer_start();
	return why ? why : gic_start(boot);
}

static bool has(uint64_t id, unsigned field)
{
	return cpu_id_field(id, field) != 0;
}

/* Closes user mode's access to system registers, WFE, WFI, cache maintenance and the counters; alignment is checked
 * only for its stack pointer. Writable pages never execute, in user mode or the kernel (WXN). */
static void protect(void)
{
	const uint64_t open = SCTLR_DZE | SCTLR_UCT | SCTLR_NTWI | SCTLR_NTWE | SCTLR_UCI | SCTLR_UMA;
	uint64_t sctlr = (cpu_read(sctlr_el1) & ~open) | SCTLR_WXN | SCTLR_SA0;

	if (has(cpu_read(id_aa64mmfr1_el1), ID_AA64MMFR1_PAN)) {
		sctlr &= ~(uint64_t)SCTLR_SPAN;
		cpu_write(PSTATE_PAN, PSTATE_PAN_BIT);
	}
	if (has(cpu_read(ID_AA64MMFR2_EL1), ID_AA64MMFR2_UAO))
		cpu_write(PSTATE_UAO, 0); /* otherwise LDTR and STTR would have the kernel's rights */
	cpu_write(sctlr_el1, sctlr);
	cpu_write(cntkctl_el1, cpu_read(cntkctl_el1) & ~(CNTKCTL_EL0 | CNTKCTL_EVNTEN));
	cpu_write(mdscr_el1, MDSCR_TDCC);
	if (cpu_has_pmu())
		cpu_write(pmuserenr_el0, 0);
	cpu_write(tpidrro_el0, 0);
	cpu_instruction_barrier();
}

void arch_cpu_start(struct cpu *self)
{
	self->arch.self = self;
	self->arch.fault_stack = vm_stack_new();
	must(self->arch.fault_stack);
	cpu_write(tpidr_el1, self);
	cpu_write(vbar_el1, vectors);
	cpu_write(cpacr_el1, CPACR_FPEN); /* SVE and SME trap: the kernel does not save their registers */
	protect();
	mmu_join();
	arch_timer_set(UINT64_MAX);
	gic_join(self);
}

/* Interrupts stay masked, so that none is lost between the check of the run queue and the wait: a pending interrupt
 * ends WFI, and interrupt_take() serves it. SError is unmasked. */
void arch_idle(void)
{
	cpu_data_barrier();
	cpu_errors_on();
	cpu_wait_for_interrupt();
	cpu_errors_off();
	interrupt_take();
}
