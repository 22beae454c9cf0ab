/* machine.h — a PC for the loader's own C, on the host: control registers, MSRs, local APICs, an I/O APIC, a serial
 * port, ACPI's timer, and the assembly of loader/arch/x86_64/ in C. It goes with tests/firmware/ in place of
 * arch_fake.c: fake_run() boots with all of the architecture's C, and ends where the kernel would be entered.
 *
 *   Order   machine_reset(), then world_make(), then changes, then fake_run()
 *   Time    passes when it is read, and in every cpu_pause()
 *   Others  a processor that has been sent INIT and a startup interrupt runs when the boot processor pauses, to
 *           where it is parked or stops */
#ifndef TESTS_ARCH_X86_64_MACHINE_H
#define TESTS_ARCH_X86_64_MACHINE_H

#include "arch/shared.h"
#include "firmware/world.h"

enum { MACHINE_CPUS = 4, MACHINE_MSRS = 32, MACHINE_APIC_REGISTERS = 96, MACHINE_MESSAGES = 32 };
enum { MACHINE_PM_TIMER = 0x608 }; /* its port */

struct machine_cpu {
	uint64_t id; /* the first is the boot processor */

	/* For a test to say. */
	unsigned after_us;
	bool dead;
	bool leftover;           /* a startup interrupt of the firmware's is pending, discarded ... */
	unsigned looks_after_us; /* ... when the boot processor has paused for so long              */

	/* What happened. */
	bool waits_for_startup, ran, parked, halted, left;
	unsigned elsewhere; /* how often it began in the firmware's page */
	uint64_t begin, began_at; /* the page of the startup interrupt that it took; 0: none */
	uint64_t cr[9], dr6, dr7;
	bool flushed; /* global translations are gone */
	uint32_t mxcsr;
	struct { uint32_t number; uint64_t value; } msrs[MACHINE_MSRS];
	unsigned msr_count;
	uint32_t apic[MACHINE_APIC_REGISTERS]; /* 0x10 apart */
	uint64_t gdt, idt;                     /* where its tables are */
	uint16_t gdt_limit;
	uint32_t signature; /* Multiboot2 */
	uint64_t root, stack, entry, argument;
};

/* What local APICs were told to send. */
struct machine_message {
	uint64_t at_ns, id;
	uint32_t command;
	bool by_msr, ordered; /* after an instruction that waits for all before it */
};

struct machine_state {
	struct machine_cpu cpus[MACHINE_CPUS];
	struct machine_message messages[MACHINE_MESSAGES];
	unsigned message_count;
	uint64_t ns, paused_ns;
	uint64_t tsc_hz;     /* 0: no leaf says it; the counter has 3 GHz */
	bool has_x2apic, has_la57, has_tsc_deadline, timer_stands, has_no_1g;
	uint64_t timer_stops_ns; /* when it stops; 0: never                                    */
	uint64_t timer_read_ns;  /* what a reading of the timer takes; 0: as one of the counter */
	uint64_t stall_ns;       /* the machine stands still so long at every fourth reading of a clock */
	unsigned readings;
	const uint32_t *leaf_21; /* EBX, ECX, EDX; NULL: leaves end before it */
	uint32_t leaf_8000001f;  /* EAX; 0: likewise                          */
	uint32_t redirection; /* of the I/O APIC's first input */
	unsigned masked_8259s; /* 3: both */
	uint8_t isr[2];      /* of the 8259s: what is in service */
	bool isr_asked[2];
	unsigned ended;      /* ends of interrupt to the first of them */
	unsigned taken;      /* how often interrupts were let in */
	void (*waiting)(void); /* a parked processor waits; NULL: it does so for ever */
};
extern struct machine_state machine;

void machine_reset(void);

uint64_t machine_msr(unsigned cpu, uint32_t number);

/* Call it as that processor, which is not the boot processor. true: it has stopped there. */
bool machine_stops(unsigned cpu, void (*call)(void));

#endif
