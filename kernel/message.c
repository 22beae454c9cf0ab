#include "message.h"

#include "schedule.h"
#include "string.h"

/* A message and its page stay in the sender until the receiver is there, too. The second of the two copies them and
 * wakes the first. */

static void waiters_add(struct process *of, struct process *p)
{
	struct process **link = &of->waiters;

	while (*link)
		link = &(*link)->next_waiter;
	p->next_waiter = NULL;
	*link = p;
}

static void waiters_remove(struct process *of, struct process *p)
{
	for (struct process **link = &of->waiters; *link; link = &(*link)->next_waiter)
		if (*link == p) {
			*link = p->next_waiter;
			return;
		}
}

/* Rests until another process has completed the exchange, or this one has been killed. `of` lives at least as long. */
static void wait_for(struct process *of, enum pith_state state)
{
	struct process *self = process_self();

	self->exchange = EXCHANGE_WAITING;
	if (of)
		waiters_add(of, self);
	while (self->exchange == EXCHANGE_WAITING && !self->killed)
		schedule_rest(state);
	if (self->exchange != EXCHANGE_WAITING)
		return;
	self->exchange = EXCHANGE_FAILED;
	if (of)
		waiters_remove(of, self);
}

static void go_on(struct process *p, enum exchange how)
{
	p->exchange = how;
	schedule_wake(p);
}

static void copy(struct process *from, struct process *to)
{
	memcpy(to->message.word, from->message.word, sizeof to->message.word);
	to->page = from->page;
	to->peer = from->pid;
	from->page = 0;
}

/* ---- Sending ---------------------------------------------------------------------------------------------------- */

static bool is_waiting(const struct process *p, enum pith_state how)
{
	return p->state == how && p->exchange == EXCHANGE_WAITING;
}

/* Would `self` close a cycle by waiting for `to`? Each sender waits for one receiver, so the chain has no branches. */
static bool waits_for(const struct process *to, const struct process *self)
{
	while (to && to != self)
		to = is_waiting(to, PITH_SENDING) ? process_find(to->peer) : NULL;
	return to == self;
}

static struct process *find_living(uint64_t pid)
{
	struct process *p = process_find(pid);

	return p && p->state != PITH_ENDED ? p : NULL;
}

static int64_t send(struct process *self, struct process *to)
{
	if (!to)
		return PITH_NOT_FOUND;
	if (waits_for(to, self))
		return PITH_DEADLOCK;
	if (is_waiting(to, PITH_RECEIVING) && (!to->peer || to->peer == self->pid)) {
		if (to->peer)
			waiters_remove(self, to);
		copy(self, to);
		go_on(to, EXCHANGE_DONE);
		return 0;
	}
	self->peer = to->pid;
	wait_for(to, PITH_SENDING);
	return self->exchange == EXCHANGE_DONE ? 0 : PITH_NOT_FOUND;
}

int64_t message_send(uint64_t to)
{
	lock_take(&process_lock);
	int64_t result = send(process_self(), find_living(to));
	lock_give(&process_lock);
	return result;
}

/* ---- Receiving -------------------------------------------------------------------------------------------------- */

/* Removes and returns the first process that waits to send to `self`, with pid `from` or any (0); NULL: none. */
static struct process *sender_for(struct process *self, uint64_t from)
{
	for (struct process *p = self->waiters; p; p = p->next_waiter)
		if (p->state == PITH_SENDING && (!from || p->pid == from)) {
			waiters_remove(self, p);
			return p;
		}
	return NULL;
}

static int64_t receive(struct process *self, uint64_t from)
{
	struct process *sender = sender_for(self, from), *only = from ? find_living(from) : NULL;

	if (sender) {
		copy(sender, self);
		go_on(sender, EXCHANGE_DONE);
		return (int64_t)self->peer;
	}
	if (from && (!only || only == self))
		return PITH_NOT_FOUND;
	self->peer = from;
	wait_for(only, PITH_RECEIVING);
	return self->exchange == EXCHANGE_DONE ? (int64_t)self->peer : PITH_NOT_FOUND;
}

int64_t message_receive(uint64_t from)
{
	lock_take(&process_lock);
	int64_t result = receive(process_self(), from);
	lock_give(&process_lock);
	return result;
}

void message_end(struct process *self)
{
	while (self->waiters) {
		struct process *p = self->waiters;
		self->waiters = p->next_waiter;
		go_on(p, EXCHANGE_FAILED);
	}
}
