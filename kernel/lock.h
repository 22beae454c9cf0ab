/* lock.h — a ticket lock: who asks first gets it first.
 *
 * All of the kernel runs with interrupts masked, so that a lock is never waited for by the processor that holds it. Order where
 * two are held: process_lock, vm, pages, console. */
#ifndef KERNEL_LOCK_H
#define KERNEL_LOCK_H

#include <stdint.h>

struct lock {
	uint32_t next, serving;
};

/* Once a turn of every loop that waits for another processor: it may be waiting for this one. Each processor directory's. */
void arch_spin(void);

static inline void lock_take(struct lock *l)
{
	uint32_t mine = __atomic_fetch_add(&l->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&l->serving, __ATOMIC_ACQUIRE) != mine)
		arch_spin();
}

static inline void lock_give(struct lock *l)
{
	__atomic_store_n(&l->serving, l->serving + 1, __ATOMIC_RELEASE);
}

#endif
