/* trap.c — pith's own exception and interrupt handlers. */
#include "arch/x86_64/trap.h"

#include "arch.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/state.h"
#include "console.h"
#include "power.h"

/* Intel SDM vol. 3A, "64-Bit Mode IDT" (§6.14.1) */
struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t stack; /* interrupt stack table entry; 0: stay */
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

enum { GATE_INTERRUPT = 0x8e, EXCEPTIONS = 32, FLAG_INTERRUPTS = 1u << 9 };

extern const char trap_stubs[];

static struct gate gates[256];
static unsigned interrupts;
static bool faulted;

static const char *exception_name(uint64_t vector)
{
	static const char *const names[EXCEPTIONS] = {
		"divide error", "debug", "NMI", "breakpoint", "overflow", "bound range", "invalid opcode", "no FPU",
		"double fault", "coprocessor segment", "invalid TSS", "segment not present", "stack fault",
		"general protection", "page fault", "reserved", "x87 error", "alignment check", "machine check", "SIMD error",
		"virtualization", "control protection",
	};

	return vector < EXCEPTIONS && names[vector] ? names[vector] : "reserved exception";
}

void trap_handle(struct trap_frame *frame)
{
	if (frame->vector >= EXCEPTIONS) {
		interrupts++;
		frame->rflags &= ~(uint64_t)FLAG_INTERRUPTS; /* one is enough; its controller is not known here */
		return;
	}
	if (faulted)
		arch_halt();
	faulted = true;
	console_print("pith: FAULT %s (vector %lu, error %#lx) at rip %#lx, address %#lx, rsp %#lx\n",
	              exception_name(frame->vector), (unsigned long)frame->vector, (unsigned long)frame->error,
	              (unsigned long)frame->rip, (unsigned long)cpu_cr2(), (unsigned long)frame->rsp);
	power_end(POWER_FAULT);
}

void arch_vectors_install(void)
{
	struct table_register idt = { sizeof gates - 1, (uint64_t)gates };

	for (unsigned i = 0; i < COUNT_OF(gates); i++) {
		uint64_t at = (uint64_t)trap_stubs + (uint64_t)i * TRAP_STUB_BYTES;
		gates[i] = (struct gate){
			.offset_low = (uint16_t)at, .offset_middle = (uint16_t)(at >> 16), .offset_high = (uint32_t)(at >> 32),
			.selector = control_state.cs, .type = GATE_INTERRUPT,
		};
	}
	__asm__ volatile("lidt %0" : : "m"(idt));
}

/* A firmware timer ticks every 10 ms; this takes longer than that under an emulator, too. */
unsigned arch_interrupts_open(void)
{
	enum { READS = 1000000 };

	interrupts = 0;
	__asm__ volatile("sti" : : : "memory");
	for (unsigned i = 0; i < READS; i++)
		cpu_tsc();
	__asm__ volatile("cli" : : : "memory");
	return *(volatile unsigned *)&interrupts;
}

void arch_undefined_instruction(void)
{
	__asm__ volatile("ud2");
}
