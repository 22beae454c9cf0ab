/* cpus.h — the other processors: let go, each with its own argument, and asked what they found. */
#ifndef KERNEL_CPUS_H
#define KERNEL_CPUS_H

#include "contract.h"

/* Each reads its own state, waits for its turn, checks the promises about it, and waits for cpus_hand_over(). */
struct cpus_report {
	unsigned released;         /* parked ones that were let go                        */
	unsigned arrived;          /* of them, those that came with an argument of ours   */
	uint64_t stray;            /* an argument that is none of ours, if one came       */
	const struct cpus_arrival *arrivals; /* by index in the record's `cpus`            */
};

struct cpus_arrival {
	bool arrived;
	uint64_t hardware_id; /* as it says itself      */
	paddr root;           /* that it lives by       */
	uint64_t own[6];      /* arch_own()             */
	const struct promise *broken; /* of its state; NULL: none */
	struct finding finding;
};

/* Let all parked processors go, once, and wait until they have stopped; the answer is kept. `roots`: with a top-level table of
 * pith's own, a copy of the loader's. */
const struct cpus_report *cpus_release(const struct hobnail_boot *boot);

/* Those that have arrived go on with take(hardware_id), on their boot stacks and the tables that they came with. */
typedef void cpus_taker(uint64_t hardware_id);
void cpus_hand_over(cpus_taker *take);

enum cpus_how {
	CPUS_ROOTS = 1, /* release them with a root table of pith's own            */
	CPUS_FAULT = 2, /* each executes an undefined instruction before all else  */
};
void cpus_choose(unsigned how);
bool cpus_have_root(void);

/* Where the entry code goes, on the processor's boot stack. */
_Noreturn void cpus_arrive(const void *saved);

#endif
