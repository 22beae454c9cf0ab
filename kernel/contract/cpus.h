/* cpus.h — releases the parked processors, each with its own argument, and collects their checks. */
#ifndef KERNEL_CPUS_H
#define KERNEL_CPUS_H

#include "contract.h"

/* Each processor saves its state, waits for its turn, checks the promises about its state, and waits for
 * cpus_hand_over(). */
struct cpus_report {
	unsigned released;         /* parked processors that were released           */
	unsigned arrived;          /* those among them that came with a good argument */
	uint64_t stray;            /* a bad argument, if a processor came with one   */
	const struct cpus_arrival *arrivals; /* by index in the record's `cpus`      */
};

struct cpus_arrival {
	bool arrived;
	uint64_t hardware_id; /* as the processor reads it */
	paddr root;           /* its live root table       */
	uint64_t own[6];      /* arch_own()                */
	const struct promise *broken; /* about its state; NULL: none */
	struct finding finding;
};

/* Releases all parked processors and waits until they have checked their state. Later calls return the same report. */
const struct cpus_report *cpus_release(const struct hobnail_boot *boot);

/* Processors that have arrived call take(hardware_id), on their boot stacks and the tables with which they came. */
typedef void cpus_taker(uint64_t hardware_id);
void cpus_hand_over(cpus_taker *take);

enum cpus_how {
	CPUS_ROOTS = 1, /* release them with a copy of the loader's root table */
	CPUS_FAULT = 2, /* each executes an undefined instruction first        */
};
void cpus_choose(unsigned how);
bool cpus_have_root(void);

/* The entry code calls this on the processor's boot stack. */
_Noreturn void cpus_arrive(const void *saved);

#endif
