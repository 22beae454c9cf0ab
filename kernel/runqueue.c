#include "runqueue.h"

void runqueue_add(struct runqueue *q, struct runnable *r)
{
	r->next = NULL;
	if (q->last)
		q->last->next = r;
	else
		q->first = r;
	q->last = r;
	q->count++;
	q->free += r->pinned == PINNED_NOWHERE;
}

/* Takes the entry after `before`, or the first if `before` is NULL. */
static struct runnable *take_after(struct runqueue *q, struct runnable *before)
{
	struct runnable **link = before ? &before->next : &q->first;
	struct runnable *r = *link;

	*link = r->next;
	if (q->last == r)
		q->last = before;
	r->next = NULL;
	q->count--;
	q->free -= r->pinned == PINNED_NOWHERE;
	return r;
}

struct runnable *runqueue_take(struct runqueue *q)
{
	return q->first ? take_after(q, NULL) : NULL;
}

struct runnable *runqueue_steal(struct runqueue *q)
{
	struct runnable *before = NULL;

	for (struct runnable *r = q->first; r; before = r, r = r->next)
		if (r->pinned == PINNED_NOWHERE)
			return take_after(q, before);
	return NULL;
}

bool runqueue_remove(struct runqueue *q, struct runnable *wanted)
{
	struct runnable *before = NULL;

	for (struct runnable *r = q->first; r; before = r, r = r->next)
		if (r == wanted) {
			take_after(q, before);
			return true;
		}
	return false;
}
