/* traps.h — what the parts of kernel/arch/aarch64/ are to each other: vectors.S and user_copy.S, gic.c, timer.c, mmu.c. */
#ifndef KERNEL_AARCH64_TRAPS_H
#define KERNEL_AARCH64_TRAPS_H

#include "arch.h"

extern const char vectors[];
extern const char user_copy_failed[]; /* arch_user_copy()'s way out; all of its copying lies before it */

/* What vectors.S calls. */
_Noreturn void vector_user(const struct arch_frame *frame, uint64_t vector);
void vector_kernel(struct arch_frame *frame, uint64_t vector); /* comes back when *frame can go on */

/* Take one interrupt, if there is one, and tell trap.h. With interrupts masked. */
void interrupt_take(void);

/* The controller: once; then on each processor. A sentence, or NULL. */
const char *gic_start(const struct hobnail_boot *boot);
void gic_join(struct cpu *self);

/* The timer of the level we are at: NULL or a sentence; its interrupt; has it come? Then it is off. */
const char *timer_start(void);
unsigned timer_interrupt(void);
bool timer_take(void);

/* No user addresses yet; and once before that, on the boot processor. */
const char *mmu_start(const struct hobnail_boot *boot);
void mmu_join(void);

#endif
