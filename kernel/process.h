/* process.h — processes: one thread of control and an address space each. From spawn to wait.
 *
 * process_lock guards every process's relations, state and place in queues, run queues included. It is held across switches
 * from one process to another: who goes on gives back what who went to rest has taken. */
#ifndef KERNEL_PROCESS_H
#define KERNEL_PROCESS_H

#include <pith/syscall.h>

#include "archive.h"
#include "processor.h"
#include "runqueue.h"
#include "vm.h"

struct process {
	struct runnable runnable;    /* first */
	uint64_t pid;
	char name[PITH_NAME_BYTES];
	enum pith_state state;
	bool killed;                 /* ends when it would enter user mode again; does not wait any more */
	uint64_t status;             /* of one that has ended */
	struct process *parent, *children, *sibling;
	unsigned child_count;
	struct cpu *cpu;             /* where it runs or ran; whose queue or sleepers it is in */
	uint64_t since, run_ns;      /* when it got the processor; what it has had before that */
	uint64_t wake_at;
	struct process *next_sleeper, **sleeper_link; /* what points at this one among the sleepers */

	/* Messages: message.c. */
	enum exchange { EXCHANGE_NONE, EXCHANGE_WAITING, EXCHANGE_DONE, EXCHANGE_FAILED } exchange;
	uint64_t peer;               /* that it sends to or receives from; 0: any */
	struct process *waiters;     /* those that wait to send to it, or to receive from just it, in this order ... */
	struct process *next_waiter; /* ... linked by this */
	struct pith_message message; /* its words; call_receive() says where the page has gone */
	paddr page;                  /* that goes with it, 0: none */

	void *stack_top;             /* its kernel stack; a struct arch_frame is the last thing on it */
	struct arch_context context;
	struct space space;
};

extern struct lock process_lock;

/* The one that runs here: this processor's, or its idleness. */
static inline struct process *process_self(void)
{
	return arch_this_cpu()->running;
}

/* A child of `parent` that runs the archive's file; its pid or an error. `arguments`: words, each with its NUL; name is the first. */
int64_t process_spawn(struct process *parent, const struct archive_file *file, const char *arguments, uint64_t bytes, int32_t pinned);

/* This process ends. */
_Noreturn void process_exit(uint64_t status);

int64_t process_wait(uint64_t pid, uint64_t *status); /* as PITH_WAIT */
int64_t process_kill(uint64_t pid);                   /* as PITH_KILL */
int64_t process_give_console(uint64_t pid);           /* as PITH_CONSOLE */

/* Has this process the console's input? */
bool process_has_console(void);

/* The one with this number, or the lowest one from it on; NULL: none. Under process_lock. */
struct process *process_find(uint64_t pid);
struct process *process_from(uint64_t pid);
unsigned process_count(void);

/* Processor time so far, ns; memory in pages. Under process_lock. */
uint64_t process_time(const struct process *p);
uint64_t process_pages(const struct process *p);

/* A process without a program: what a processor does when there is nothing to do. */
struct process *process_idle(void *stack_top);

#endif
