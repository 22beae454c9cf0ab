/* lock.h — a ticket lock: first come, first served.
 *
 * The kernel runs with interrupts masked, so a lock's holder never waits for its own lock. Lock order: process_lock,
 * vm, pages, console. */
#ifndef KERNEL_LOCK_H
#define KERNEL_LOCK_H

#include <stdint.h>

struct lock {
	uint32_t next, serving;
};

/* Call in every loop that waits for another processor: that processor may be waiting for a TLB shootdown on this one.
 * Defined in kernel/arch/. */
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
