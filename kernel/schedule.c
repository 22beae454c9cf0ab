#include "schedule.h"

#include "panic.h"

/* ---- Queues of processors ------------------------------------------------------------------------------------- */

static bool is_idle(const struct cpu *c)
{
	return c->started && c->running == c->idle && c->ready.count == 0;
}

/* The number of processes other than `p` that run on `c` or wait for it. */
static unsigned load_of(const struct cpu *c, const struct process *p)
{
	return c->ready.count + (c->running != c->idle && c->running != p);
}

/* The processor for a process that becomes ready: one with the lowest load, its last processor if that is one of
 * them. */
static struct cpu *place_for(const struct process *p)
{
	if (p->runnable.pinned != PINNED_NOWHERE)
		return cpus[p->runnable.pinned];
	struct cpu *to = p->cpu;
	unsigned least = load_of(to, p);
	for (unsigned i = 0; i < cpu_count && least; i++)
		if (cpus[i]->started && load_of(cpus[i], p) < least) {
			to = cpus[i];
			least = load_of(to, p);
		}
	return to;
}

void schedule_ready(struct process *p)
{
	struct cpu *to = place_for(p);
	bool asleep = is_idle(to) && to != arch_this_cpu();

	p->state = PITH_READY;
	p->cpu = to;
	runqueue_add(&to->ready, &p->runnable);
	if (asleep)
		arch_kick(to);
}

/* Takes a process from the run queue with the most processes that are not pinned; NULL: none. */
static struct runnable *steal(const struct cpu *self)
{
	struct cpu *from = NULL;

	for (unsigned i = 0; i < cpu_count; i++)
		if (cpus[i] != self && cpus[i]->ready.free && (!from || cpus[i]->ready.free > from->ready.free))
			from = cpus[i];
	return from ? runqueue_steal(&from->ready) : NULL;
}

/* Steals one process from another run queue to this processor's; false: there is none. With slightly more processes
 * than processors this shares the waiting among all processes. */
static bool take_one(struct cpu *self)
{
	struct runnable *r = steal(self);

	if (!r)
		return false;
	((struct process *)r)->cpu = self;
	runqueue_add(&self->ready, r);
	return true;
}

static struct process *next_for(struct cpu *self)
{
	struct runnable *r = runqueue_take(&self->ready);

	if (!r)
		r = steal(self);
	return r ? (struct process *)r : self->idle;
}

/* ---- Switching ------------------------------------------------------------------------------------------------ */

/* Sets the timer for the end of the time slice or the first sleeper. A timer that is set too early stays: resetting it
 * costs more at each switch than one early interrupt. */
static void set_timer(struct cpu *self)
{
	uint64_t at = self->running == self->idle ? UINT64_MAX : self->slice_end;

	if (self->sleepers && self->sleepers->wake_at < at)
		at = self->sleepers->wake_at;
	if (at >= self->timer_at)
		return;
	self->timer_at = at;
	arch_timer_set(at);
}

/* Runs the next process. Returns when this process runs again, perhaps on another processor. */
static void switch_away(void)
{
	struct cpu *self = arch_this_cpu();
	struct process *from = self->running, *to = next_for(self);
	uint64_t now = arch_now();

	from->run_ns += now - from->since;
	to->since = now;
	to->state = PITH_RUNNING;
	to->cpu = self;
	self->running = to;
	self->slice_end = now + SLICE_NS;
	self->attention = to->killed;
	set_timer(self);
	if (to == from)
		return;
	arch_kernel_stack_use(to->stack_top);
	arch_space_use(to == self->idle ? NULL : &to->space.arch);
	arch_context_switch(&from->context, &to->context);
}

void schedule_yield(void)
{
	struct cpu *self = arch_this_cpu();

	if (!self->ready.count)
		return;
	schedule_ready(self->running); /* on this processor, or on an idle one */
	switch_away();
}

void schedule_turn(void)
{
	struct cpu *self = arch_this_cpu();
	uint64_t now = arch_now();

	if (now < self->slice_end)
		return;
	if (self->ready.count || take_one(self)) {
		schedule_yield();
	} else {
		self->slice_end = now + SLICE_NS;
		set_timer(self);
	}
}

void schedule_rest(enum pith_state state)
{
	struct process *self = process_self();

	if (self->killed)
		return;
	self->state = state;
	switch_away();
}

void schedule_move(void)
{
	struct process *self = process_self();

	if (self->runnable.pinned == PINNED_NOWHERE || cpus[self->runnable.pinned] == self->cpu)
		return;
	schedule_ready(self);
	switch_away();
}

_Noreturn void schedule_end(void)
{
	process_self()->state = PITH_ENDED;
	switch_away();
	panic("a process that has ended runs");
}

/* ---- Sleep ---------------------------------------------------------------------------------------------------- */

static void sleepers_add(struct process *p)
{
	struct process **link = &p->cpu->sleepers;

	while (*link && (*link)->wake_at <= p->wake_at)
		link = &(*link)->next_sleeper;
	p->next_sleeper = *link;
	p->sleeper_link = link;
	if (p->next_sleeper)
		p->next_sleeper->sleeper_link = &p->next_sleeper;
	*link = p;
}

static void sleepers_remove(struct process *p)
{
	*p->sleeper_link = p->next_sleeper;
	if (p->next_sleeper)
		p->next_sleeper->sleeper_link = p->sleeper_link;
}

void schedule_sleep(enum pith_state state, uint64_t at)
{
	struct process *self = process_self();

	if (self->killed)
		return;
	self->wake_at = at;
	sleepers_add(self);
	schedule_rest(state);
}

void schedule_wake(struct process *p)
{
	if (p->state == PITH_RUNNING || p->state == PITH_READY || p->state == PITH_ENDED)
		return;
	if (p->state == PITH_SLEEPING || p->state == PITH_READING)
		sleepers_remove(p);
	schedule_ready(p);
}

bool schedule_tick(void)
{
	struct cpu *self = arch_this_cpu();
	uint64_t now = arch_now();

	self->timer_at = UINT64_MAX;
	while (self->sleepers && self->sleepers->wake_at <= now)
		schedule_wake(self->sleepers);
	bool over = self->running != self->idle && now >= self->slice_end;
	if (!over)
		set_timer(self);
	return over;
}

void schedule_breathe(void)
{
	arch_spin();
	lock_take(&process_lock);
	if (schedule_tick())
		schedule_turn();
	lock_give(&process_lock);
}

/* ---- Idleness -------------------------------------------------------------------------------------------------- */

_Noreturn void schedule_idle(void)
{
	for (;;) {
		lock_take(&process_lock);
		switch_away();
		lock_give(&process_lock);
		arch_idle();
	}
}
