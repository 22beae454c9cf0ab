/* processor.h — a processor as the kernel has it. */
#ifndef KERNEL_PROCESSOR_H
#define KERNEL_PROCESSOR_H

#include "arch.h"
#include "runqueue.h"

enum { CPUS_MOST = 512 }; /* as many as the record lists */

struct process;

struct cpu {
	struct arch_cpu arch;     /* first: assembly finds it here                           */
	uint32_t index;           /* among those that run, from 0                            */
	uint64_t hardware_id;
	void *stack_top;          /* of its idleness                                         */
	struct process *running;  /* idle where there is nothing to do; never NULL           */
	struct process *idle;
	struct runqueue ready;    /* those that wait for this processor                      */
	struct process *sleepers; /* those that went to sleep here, the first to wake first  */
	uint64_t slice_end;       /* when `running` has had its turn                         */
	uint64_t timer_at;        /* when its timer comes; UINT64_MAX: it is not set         */
	bool attention;           /* trap_leave() has something to do                        */
	bool started;
};

/* The processors that run, by index. */
extern struct cpu *cpus[CPUS_MOST];
extern unsigned cpu_count;

#endif
