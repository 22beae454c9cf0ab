/* machine.h — an aarch64 machine for the loader's own C, on the host: system registers, caches as views.h has them,
 * PSCI, and the assembly of loader/arch/aarch64/ in C. It goes with tests/firmware/ in place of arch_fake.c:
 * fake_run() boots with all of the architecture's C, and ends where the kernel would be entered.
 *
 *   Order      machine_reset(), then world_make(), then changes, then fake_run()
 *   Addresses  there is no translation: what the hand-off reaches at an address of the net it reaches at the
 *              physical one
 *   Others     a started processor runs when the boot processor waits, to where it is parked or stops */
#ifndef TESTS_ARCH_AARCH64_MACHINE_H
#define TESTS_ARCH_AARCH64_MACHINE_H

#include "arch/shared.h"
#include "enter.h"
#include "firmware/world.h"

enum { MACHINE_CPUS = 4, MACHINE_REGISTERS = 128 };

struct machine_register {
	const char *name; /* as cpu_read() has it; registers that cpu.h encodes by their encoding: MACHINE_NAME */
	uint64_t value;
};
#define MACHINE_NAME(name) MACHINE_NAMED(name)
#define MACHINE_NAMED(name) #name

struct machine_cpu {
	uint64_t id; /* the first is the boot processor */

	/* For a test to say. */
	unsigned level;
	int32_t psci;  /* CPU_ON's answer   */
	paddr release; /* it looks there, too */
	unsigned after_ms; /* it takes so long    */
	bool dead;     /* it never comes    */
	bool late;     /* it comes when it has been given up */

	/* What happened. */
	unsigned calls; /* of CPU_ON                        */
	uint64_t begin; /* where it was told to begin; 0: not */
	bool ran, parked, halted, uncached, left;
	struct switch_state switched;
	uint64_t stack, entry, argument;
	struct machine_register written[MACHINE_REGISTERS];
	unsigned write_count;
};

struct machine_state {
	struct machine_cpu cpus[MACHINE_CPUS];
	uint64_t line_bytes;
	bool host;          /* at EL2: E2H = 1 holds ...      */
	bool host_is_fixed; /* ... and keeps to               */
	bool sre_stays_0;   /* of ICC_SRE_EL2                 */
	bool masked;        /* interrupts of the boot processor */
	uintptr_t flushed[3]; /* by level: the page whose translation was given up last */
	unsigned smc, hvc;
	unsigned tried;     /* to clear E2H, in firmware      */
	void (*waiting)(void); /* a parked processor waits; NULL: it does so for ever */
	paddr change_root;  /* the root that change_upper() or change_only() was given last */
};
extern struct machine_state machine;

/* `level`: the firmware's. */
void machine_reset(unsigned level);

/* Another size of the smallest cache line; 16 at first. After world_make(). */
void machine_line(uint64_t bytes);

/* What a register has at first, on all processors. */
void machine_has(const char *name, uint64_t value);

/* What a processor has in it. */
uint64_t machine_register(unsigned cpu, const char *name);

#endif
