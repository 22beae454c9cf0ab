/* trap.c — exception and interrupt handlers while the contract is checked. */
#include "contract/x86_64/trap.h"

#include "contract/entry.h"
#include "arch/x86_64/state.h"
#include "console.h"
#include "cpu.h"
#include "descriptor.h"
#include "power.h"

extern const char trap_stubs[];

static struct descriptor_gate gates[VECTORS];
static unsigned interrupts;
static bool faulted;

static const char *exception_name(uint64_t vector)
{
	static const char *const names[VECTOR_EXCEPTIONS] = {
		"divide error", "debug", "NMI", "breakpoint", "overflow", "bound range", "invalid opcode", "no FPU",
		"double fault", "coprocessor segment", "invalid TSS", "segment not present", "stack fault",
		"general protection", "page fault", "reserved", "x87 error", "alignment check", "machine check",
		"SIMD error", "virtualization", "control protection",
	};

	return vector < VECTOR_EXCEPTIONS && names[vector] ? names[vector] : "reserved exception";
}

void trap_handle(struct trap_frame *frame)
{
	if (frame->vector >= VECTOR_EXCEPTIONS) {
		interrupts++;
		frame->rflags &= ~RFLAGS_IF; /* it cannot be acknowledged here, and would come again */
		return;
	}
	if (faulted)
		arch_halt();
	faulted = true;
	console_print("pith: FAULT %s (vector %lu, error %#lx) at rip %#lx, address %#lx, rsp %#lx\n",
	              exception_name(frame->vector), (unsigned long)frame->vector, (unsigned long)frame->error,
	              (unsigned long)frame->rip, (unsigned long)cpu_read_cr2(), (unsigned long)frame->rsp);
	power_end(POWER_FAULT);
}

void arch_vectors_install(void)
{
	struct descriptor_table idt = { sizeof gates - 1, (uint64_t)gates };

	for (unsigned i = 0; i < VECTORS; i++)
		gates[i] = descriptor_gate((uint64_t)trap_stubs + i * TRAP_STUB_BYTES, control_state.cs, 0);
	__asm__ volatile("lidt %0" : : "m"(idt));
}

/* Waits longer than 10 ms, the period of a firmware timer, under an emulator, too. */
unsigned arch_interrupts_open(void)
{
	enum { READS = 1000000 };

	interrupts = 0;
	cpu_interrupts_on();
	for (unsigned i = 0; i < READS; i++)
		cpu_read_tsc();
	cpu_interrupts_off();
	return *(volatile unsigned *)&interrupts;
}

void arch_undefined_instruction(void)
{
	__asm__ volatile("ud2");
}
