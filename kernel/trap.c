#include "trap.h"

#include "console.h"
#include "crash.h"
#include "process.h"
#include "report.h"
#include "schedule.h"

void trap_timer(void)
{
	lock_take(&process_lock);
	crash_if_here(CRASH_TICK);
	bool over = schedule_tick();
	lock_give(&process_lock);
	if (over)
		arch_this_cpu()->attention = true;
}

void trap_kicked(void)
{
	arch_this_cpu()->attention = true;
}

/* The process's time slice may be over, or it may have been killed. */
static void attend(void)
{
	struct cpu *self = arch_this_cpu();

	self->attention = false;
	lock_take(&process_lock);
	schedule_turn();
	lock_give(&process_lock);
	if (process_self()->killed)
		process_exit(PITH_KILLED);
}

void trap_leave(void)
{
	while (arch_this_cpu()->attention)
		attend();
}

_Noreturn void trap_user_fault(const struct fault *f)
{
	const struct process *self = process_self();
	char sentence[256];

	report_meaning(f, sentence, sizeof sentence);
	console_print("pith: process %lu (%s) has ended at %#lx: %s\n", (unsigned long)self->pid, self->name,
	              (unsigned long)f->pc, sentence);
	process_exit(PITH_FAULTED);
}

_Noreturn void trap_kernel_fault(const struct fault *f, const char *why)
{
	report_fault(f, why);
}
