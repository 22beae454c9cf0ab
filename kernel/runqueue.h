/* runqueue.h — a run queue: processes that are ready, first in first out. Pure: no lock, no processor. */
#ifndef KERNEL_RUNQUEUE_H
#define KERNEL_RUNQUEUE_H

#include "base.h"

enum { PINNED_NOWHERE = -1 };

/* The part of a process that run queues use. */
struct runnable {
	struct runnable *next; /* NULL: the last, or in no queue */
	int32_t pinned;        /* the only processor that may run it; PINNED_NOWHERE: any */
};

struct runqueue {
	struct runnable *first, *last;
	unsigned count;
	unsigned free; /* those among them that are not pinned */
};

void runqueue_add(struct runqueue *q, struct runnable *r);

/* Takes the first; NULL: empty. */
struct runnable *runqueue_take(struct runqueue *q);

/* Takes the first that is not pinned; NULL: none. */
struct runnable *runqueue_steal(struct runqueue *q);

/* false: `r` is not in the queue. */
bool runqueue_remove(struct runqueue *q, struct runnable *r);

#endif
