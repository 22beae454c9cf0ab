/* traps.h — shared by the files of kernel/arch/aarch64/: vectors.S and user_copy.S, gic.c, timer.c, mmu.c. */
#ifndef KERNEL_AARCH64_TRAPS_H
#define KERNEL_AARCH64_TRAPS_H

#include "arch.h"

extern const char vectors[];
extern const char user_copy_failed[]; /* a fault in arch_user_copy() continues here; its copy loops lie before it */

/* Called by vectors.S. */
_Noreturn void vector_user(const struct arch_frame *frame, uint64_t vector);
void vector_kernel(struct arch_frame *frame, uint64_t vector); /* returns if *frame can be resumed */

/* Serves one pending interrupt, if there is one, by calling trap.h. With interrupts masked. */
void interrupt_take(void);

/* The interrupt controller: gic_start() once, then gic_join() on each processor. Returns NULL, or the fault. */
const char *gic_start(const struct hobnail_boot *boot);
void gic_join(struct cpu *self);

/* The timer of the current exception level. timer_start() returns NULL, or the fault. timer_interrupt() is its
 * interrupt. timer_take(): has it expired? If so, switches it off. */
const char *timer_start(void);
unsigned timer_interrupt(void);
bool timer_take(void);

/* mmu_start() once on the boot processor; then mmu_join() on each processor, which has no user addresses afterwards. */
const char *mmu_start(const struct hobnail_boot *boot);
void mmu_join(void);

#endif
