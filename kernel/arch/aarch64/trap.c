/* trap.c — pith's own exception handlers. */
#include "arch/aarch64/trap.h"

#include "arch.h"
#include "arch/aarch64/cpu.h"
#include "arch/aarch64/state.h"
#include "console.h"
#include "power.h"

enum { PSTATE_I = 1u << 7, PSTATE_F = 1u << 6, PSTATE_A = 1u << 8 };
enum { HCR_FMO = 1u << 3, HCR_IMO = 1u << 4, HCR_AMO = 1u << 5 };

/* Exception classes whose return address is the next instruction already (Arm ARM DDI 0487, "ESR_ELx"). */
enum { CLASS_SVC = 0x15, CLASS_HVC = 0x16, CLASS_SMC = 0x17 };

extern const char trap_vectors[];

static unsigned interrupts;
static bool faulted;
static volatile bool probing, trapped;

void probe_begin(void)
{
	trapped = false;
	probing = true;
	__asm__ volatile("isb" : : : "memory");
}

bool probe_end(void)
{
	__asm__ volatile("isb" : : : "memory");
	probing = false;
	return trapped;
}

/* ---- The exception registers of the level we are at ------------------------------------------------------ */

static uint64_t syndrome(void)
{
	return plain_el2() ? CPU_READ(esr_el2) : CPU_READ(esr_el1);
}

static uint64_t fault_address(void)
{
	return plain_el2() ? CPU_READ(far_el2) : CPU_READ(far_el1);
}

static uint64_t return_address(void)
{
	return plain_el2() ? CPU_READ(elr_el2) : CPU_READ(elr_el1);
}

static void set_return_address(uint64_t at)
{
	if (plain_el2())
		CPU_WRITE(elr_el2, at);
	else
		CPU_WRITE(elr_el1, at);
}

static void mask_on_return(void)
{
	const uint64_t masks = PSTATE_I | PSTATE_F | PSTATE_A;

	if (plain_el2())
		CPU_WRITE(spsr_el2, CPU_READ(spsr_el2) | masks);
	else
		CPU_WRITE(spsr_el1, CPU_READ(spsr_el1) | masks);
}

void trap_handle(const void *frame, uint64_t vector)
{
	uint64_t esr = syndrome(), class = esr >> 26 & 63;
	unsigned kind = vector % 4; /* synchronous, IRQ, FIQ, SError */

	(void)frame;
	if (kind != 0) {
		interrupts++;
		mask_on_return(); /* one is enough; its controller is not known here */
		return;
	}
	if (probing) {
		trapped = true;
		if (class != CLASS_HVC && class != CLASS_SVC)
			set_return_address(return_address() + 4);
		return;
	}
	if (faulted)
		arch_halt();
	faulted = true;
	console_print("pith: FAULT class %#lx, syndrome %#lx, at pc %#lx, address %#lx, vector %lu\n", (unsigned long)class,
	              (unsigned long)esr, (unsigned long)return_address(), (unsigned long)fault_address(),
	              (unsigned long)vector);
	power_end(POWER_FAULT);
}

void arch_vectors_install(void)
{
	if (plain_el2())
		CPU_WRITE(vbar_el2, (uint64_t)trap_vectors);
	else
		CPU_WRITE(vbar_el1, (uint64_t)trap_vectors);
}

/* A firmware timer ticks every 10 ms: wait longer than that, but not for ever on a counter that stands still. */
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
	if (plain_el2()) /* or interrupts would be EL1's business */
		CPU_WRITE(hcr_el2, control_state.hcr | HCR_AMO | HCR_IMO | HCR_FMO);
	__asm__ volatile("msr daifclr, #7\n\tisb" : : : "memory");
	wait_a_moment();
	__asm__ volatile("msr daifset, #15\n\tisb" : : : "memory");
	if (plain_el2())
		CPU_WRITE(hcr_el2, control_state.hcr);
	return *(volatile unsigned *)&interrupts;
}

void arch_undefined_instruction(void)
{
	__asm__ volatile(".inst 0x00000000"); /* Arm ARM DDI 0487, "UDF" */
}
