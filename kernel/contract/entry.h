/* entry.h — what every kernel/contract/<arch>/ and entry.S define for the judge: what a processor found when it was entered. */
#ifndef CONTRACT_ENTRY_H
#define CONTRACT_ENTRY_H

#include "arch.h"
#include "contract/contract.h"

/* What cannot be read any more once C code runs: saved by the entry code before it changed anything. */
uint64_t arch_entry_argument(void);
uint64_t arch_entry_stack(void);     /* the stack pointer */
uint64_t arch_entry_point(void);     /* the address of the entry code itself */
uint64_t arch_entry_return(void);    /* where returning from the entry point leads; reads the entry stack on x86_64 */

/* Where a released processor begins. Its entry code saves what the one of the boot processor does, on its boot stack, and calls
 * cpus_arrive(). */
extern const char arch_entry_other[];

/* From now on the three above, and the promises about the state at entry, are about the processor that saved this. */
void arch_entry_take(const void *saved);

/* Keep what they say now, and have it back. */
void arch_state_keep(void);
void arch_state_restore(void);

/* The memory that the net keeps for this processor alone: up to OWN_MOST addresses, the rest 0. After arch_state_read(). */
enum { OWN_MOST = 6 };
void arch_own(uint64_t own[OWN_MOST]);

/* The promises about this processor's state at entry. */
extern const struct chapter arch_chapter;

/* Read control registers and everything else that the promises above need. Before arch_vectors_install(). */
void arch_state_read(void);

/* From here on a fault in the kernel is reported by the kernel. */
void arch_vectors_install(void);

/* Let interrupts in for a bounded time; how many came. */
unsigned arch_interrupts_open(void);

/* Execute an instruction that no processor defines. */
void arch_undefined_instruction(void);

#endif
