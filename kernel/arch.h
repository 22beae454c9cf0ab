/* arch.h — what every processor directory of the kernel defines. Generic code asks for no processor by name: it calls
 * these. */
#ifndef KERNEL_ARCH_H
#define KERNEL_ARCH_H

#include <hobnail/boot.h>

#include "contract/contract.h"
#include "walk.h"

extern const uint32_t arch_number; /* HOBNAIL_ARCH_* */

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

void arch_pause(void);

/* Parked processors look at their mailboxes by themselves, but for those that wait with the MMU off. */
void arch_wake(void);

/* The promises about this processor's state at entry. */
extern const struct chapter arch_chapter;

/* Read control registers and everything else that the promises above need. Before arch_vectors_install(). */
void arch_state_read(void);

/* From here on a fault in the kernel is reported by the kernel. */
void arch_vectors_install(void);

/* Let interrupts in for a bounded time; how many came. */
unsigned arch_interrupts_open(void);

/* ---- Translation --------------------------------------------------------------------------------------- */

/* Is translation on, and through which tables? Reads the live registers; fills mode, roots and memory types. */
bool arch_translation(struct walker *w);

/* Another top-level table (aarch64: of the upper range, or of the only one), and nothing left in the TLB. */
void arch_root_install(paddr root);

/* Levels of the live tables; 0: translation is off. */
unsigned arch_levels(void);

/* Bits of a table entry that the processor sets by itself. */
extern const uint64_t arch_entry_volatile;

/* The two ranges of virtual addresses, lower first; bytes 0: there is no such range. Depends on the live mode. */
struct span arch_range(unsigned upper);

/* The first address that the direct map may have and its default (docs/protocol.md, "Direct map"). */
uint64_t arch_direct_map_default(void);

/* ---- The machine --------------------------------------------------------------------------------------- */

uint64_t arch_hardware_id(void); /* of this processor, as struct hobnail_cpu names it */
uint64_t arch_counter(void);     /* the counter of struct hobnail_stage */
uint64_t arch_counter_hz(void);  /* what the processor itself says; 0: nothing */

/* x86 I/O ports of 1, 2 or 4 bytes; others have none: all ones. */
uint32_t arch_port_read(uint16_t port, unsigned bytes);
void arch_port_write(uint16_t port, unsigned bytes, uint32_t value);

/* Where a console may be guessed when the record cannot be trusted; kind NONE: nowhere. */
struct hobnail_console arch_last_resort_console(void);

/* PSCI_VERSION through the conduit (HOBNAIL_PSCI_*); negative: there is none to call. */
int64_t arch_psci_version(uint32_t conduit);

/* Execute an instruction that no processor defines. */
void arch_undefined_instruction(void);

/* Hand `status` to the emulator that runs us. Returns when nobody listens. */
void arch_exit(unsigned status);

/* Switch the machine off. Returns when that is not possible, with the reason. */
const char *arch_power_off(const struct hobnail_boot *boot);

_Noreturn void arch_halt(void);

#endif
