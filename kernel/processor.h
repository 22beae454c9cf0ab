/* processor.h — the kernel's data of each processor. */
#ifndef KERNEL_PROCESSOR_H
#define KERNEL_PROCESSOR_H

#include "arch.h"
#include "runqueue.h"

enum { CPUS_MOST = 512 }; /* the record lists no more */

struct process;

struct cpu {
	struct arch_cpu arch;     /* first: assembly finds it here                           */
	uint32_t index;           /* among the running processors, from 0                    */
	uint64_t hardware_id;
	void *stack_top;          /* of the idle process                                     */
	struct process *running;  /* `idle` if there is nothing to do; never NULL            */
	struct process *idle;
	struct runqueue ready;    /* processes that wait for this processor                  */
	struct process *sleepers; /* processes that went to sleep here, ordered by wake_at   */
	uint64_t slice_end;       /* end of the time slice of `running`                      */
	uint64_t timer_at;        /* time of the next timer interrupt; UINT64_MAX: none      */
	bool attention;           /* trap_leave() has something to do                        */
	bool started;
};

/* The running processors, by index. */
extern struct cpu *cpus[CPUS_MOST];
extern unsigned cpu_count;

#endif
