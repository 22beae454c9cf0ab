/* entry.h — the state at entry, as every kernel/contract/<arch>/ and entry.S provide it to the checks. */
#ifndef CONTRACT_ENTRY_H
#define CONTRACT_ENTRY_H

#include "arch.h"
#include "contract/contract.h"

/* Registers that C code changes; the entry code has saved them first. */
uint64_t arch_entry_argument(void);
uint64_t arch_entry_stack(void);     /* the stack pointer */
uint64_t arch_entry_point(void);     /* the address of the entry code itself */
uint64_t arch_entry_return(void);    /* the return address of the entry point; on x86_64 read from the entry stack */

/* The entry point of a released processor. It saves the same registers on the processor's boot stack, and calls
 * cpus_arrive(). */
extern const char arch_entry_other[];

/* Makes `saved` the state at entry for the functions above and the promises. */
void arch_entry_take(const void *saved);

/* Saves and restores the state at entry of the boot processor. */
void arch_state_keep(void);
void arch_state_restore(void);

/* The net's memory for this processor alone: up to OWN_MOST addresses, the rest 0. Call after arch_state_read(). */
enum { OWN_MOST = 6 };
void arch_own(uint64_t own[OWN_MOST]);

/* The promises about this processor's state at entry. */
extern const struct chapter arch_chapter;

/* Reads control registers and the rest of the state for these promises. Call before arch_vectors_install(). */
void arch_state_read(void);

/* Installs pith's own vectors: the kernel reports its faults itself from now on. */
void arch_vectors_install(void);

/* Unmasks interrupts for a bounded time; returns how many arrived. */
unsigned arch_interrupts_open(void);

/* Executes an undefined instruction. */
void arch_undefined_instruction(void);

#endif
