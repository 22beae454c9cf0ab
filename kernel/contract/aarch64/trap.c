/* trap.c — exception handlers while the contract is checked. */
#include "contract/aarch64/trap.h"

#include "contract/entry.h"
#include "arch/aarch64/state.h"
#include "console.h"
#include "cpu.h"
#include "power.h"

extern const char trap_vectors[];

static unsigned interrupts;
static bool faulted;
static volatile bool probing, trapped;

void trap_probe_begin(void)
{
	trapped = false;
	probing = true;
	cpu_instruction_barrier();
}

bool trap_probe_end(void)
{
	cpu_instruction_barrier();
	probing = false;
	return trapped;
}

/* ---- The exception registers of the current level -------------------------------------------------------- */

static uint64_t syndrome(void)
{
	return plain_el2() ? cpu_read(esr_el2) : cpu_read(esr_el1);
}

static uint64_t fault_address(void)
{
	return plain_el2() ? cpu_read(far_el2) : cpu_read(far_el1);
}

static uint64_t return_address(void)
{
	return plain_el2() ? cpu_read(elr_el2) : cpu_read(elr_el1);
}

static void set_return_address(uint64_t at)
{
	if (plain_el2())
		cpu_write(elr_el2, at);
	else
		cpu_write(elr_el1, at);
}

static void mask_on_return(void)
{
	const uint64_t masks = SPSR_I | SPSR_F | SPSR_A;

	if (plain_el2())
		cpu_write(spsr_el2, cpu_read(spsr_el2) | masks);
	else
		cpu_write(spsr_el1, cpu_read(spsr_el1) | masks);
}

bool trap_probe_caught(uint64_t *pc)
{
	uint64_t class = ESR_CLASS(syndrome());

	if (!probing)
		return false;
	trapped = true;
	if (class != ESR_CLASS_HVC && class != ESR_CLASS_SVC) /* after these ELR is the next instruction already */
		*pc += 4;
	return true;
}

void trap_handle(const void *frame, uint64_t vector)
{
	uint64_t esr = syndrome(), class = ESR_CLASS(esr), pc = return_address();
	unsigned kind = vector % 4; /* synchronous, IRQ, FIQ, SError */

	(void)frame;
	if (kind != 0) {
		interrupts++;
		mask_on_return(); /* it cannot be acknowledged here, and would come again */
		return;
	}
	if (trap_probe_caught(&pc)) {
		set_return_address(pc);
		return;
	}
	if (faulted)
		arch_halt();
	faulted = true;
	console_print("pith: FAULT class %#lx, syndrome %#lx, at pc %#lx, address %#lx, vector %lu\n",
	              (unsigned long)class, (unsigned long)esr, (unsigned long)pc, (unsigned long)fault_address(),
	              (unsigned long)vector);
	power_end(POWER_FAULT);
}

void arch_vectors_install(void)
{
	if (plain_el2())
		cpu_write(vbar_el2, (uint64_t)trap_vectors);
	else
		cpu_write(vbar_el1, (uint64_t)trap_vectors);
	cpu_instruction_barrier();
}

/* Waits longer than 10 ms, the period of a firmware timer, but for a bounded time if the counter stands still. */
static void wait_a_moment(void)
{
	enum { MOST_READS = 1000000, PARTS_OF_A_SECOND = 20 };
	uint64_t start = arch_counter();

	for (unsigned i = 0; i < MOST_READS; i++)
		if (arch_counter() - start > arch_counter_hz() / PARTS_OF_A_SECOND)
			return;
}

unsigned arch_interrupts_open(void)
{
	interrupts = 0;
	if (plain_el2()) /* otherwise EL2 does not take interrupts */
		cpu_write(hcr_el2, control_state.hcr | HCR_AMO | HCR_IMO | HCR_FMO);
	cpu_instruction_barrier();
	cpu_interrupts_on();
	wait_a_moment();
	cpu_interrupts_off();
	if (plain_el2())
		cpu_write(hcr_el2, control_state.hcr);
	return *(volatile unsigned *)&interrupts;
}

void arch_undefined_instruction(void)
{
	__asm__ volatile(".inst 0x00000000"); /* Arm ARM DDI 0487, "UDF" */
}
