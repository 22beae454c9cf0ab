/* process.h — processes, from spawn to wait. A process has one thread and one address space.
 *
 * process_lock guards the tree of processes, their states and all queues, run queues included. It is held across a
 * context switch: the process switched to releases the lock. */
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
	bool killed;                 /* ends before it would enter user mode again; never rests */
	uint64_t status;             /* exit status, if PITH_ENDED */
	struct process *parent, *children, *sibling;
	unsigned child_count;
	struct cpu *cpu;             /* runs it or ran it last; has it in its run queue or among its sleepers */
	uint64_t since, run_ns;      /* start of the current run; processor time before that */
	uint64_t wake_at;
	struct process *next_sleeper, **sleeper_link; /* list of sleepers; the pointer that points at this process */

	/* Messages: message.c. */
	enum exchange { EXCHANGE_NONE, EXCHANGE_WAITING, EXCHANGE_DONE, EXCHANGE_FAILED } exchange;
	uint64_t peer;               /* pid to send to or receive from; 0: any */
	struct process *waiters;     /* processes that wait to send to it, or to receive from it alone, in order ... */
	struct process *next_waiter; /* ... linked by this */
	struct pith_message message; /* the words; call_receive() sets the page's address */
	paddr page;                  /* the message's page, 0: none */

	void *stack_top;             /* of its kernel stack, which begins with a struct arch_frame */
	struct arch_context context;
	struct vm_space space;
};

extern struct lock process_lock;

/* The process that runs on this processor, which may be its idle process. */
static inline struct process *process_self(void)
{
	return arch_this_cpu()->running;
}

/* Creates a child of `parent` that runs the file; returns its pid or an error. `arguments`: words, each with its NUL;
 * the first is the process's name. */
int64_t process_spawn(struct process *parent, const struct archive_file *file, const char *arguments, uint64_t bytes,
                      int32_t pinned);

/* Ends this process. */
_Noreturn void process_exit(uint64_t status);

int64_t process_wait(uint64_t pid, uint64_t *status); /* as PITH_WAIT */
int64_t process_kill(uint64_t pid);                   /* as PITH_KILL */
int64_t process_give_console(uint64_t pid);           /* as PITH_CONSOLE */

/* Does this process have the console's input? */
bool process_has_console(void);

/* The process with this pid, or with the lowest pid from this one on; NULL: none. Under process_lock. */
struct process *process_find(uint64_t pid);
struct process *process_from(uint64_t pid);
unsigned process_count(void);

/* Processor time so far, ns; memory in pages. Under process_lock. */
uint64_t process_time(const struct process *p);
uint64_t process_pages(const struct process *p);

/* A processor's idle process, which has no program. */
struct process *process_idle(void *stack_top);

#endif
