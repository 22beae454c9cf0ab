/* runqueue.h — processes in the order in which they are to run. Pure: no lock, no processor. */
#ifndef KERNEL_RUNQUEUE_H
#define KERNEL_RUNQUEUE_H

#include "base.h"

enum { PINNED_NOWHERE = -1 };

/* The part of a process that queues look at. */
struct runnable {
	struct runnable *next; /* NULL: the last, or in no queue */
	int32_t pinned;        /* the only processor that may run it; PINNED_NOWHERE: any */
};

struct runqueue {
	struct runnable *first, *last;
	unsigned count;
	unsigned free; /* of them, those that may run anywhere */
};

void runqueue_add(struct runqueue *q, struct runnable *r);

/* The first; NULL: empty. */
struct runnable *runqueue_take(struct runqueue *q);

/* The first that may run on another processor than its queue's; NULL: none. */
struct runnable *runqueue_steal(struct runqueue *q);

/* false: it is not in there. */
bool runqueue_remove(struct runqueue *q, struct runnable *r);

#endif
