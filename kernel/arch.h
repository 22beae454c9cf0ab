/* arch.h — the functions that every kernel/arch/ directory defines. Generic code never tests for an architecture. */
#ifndef KERNEL_ARCH_H
#define KERNEL_ARCH_H

#include <hobnail/boot.h>

#include "arch_types.h"
#include "fault.h"
#include "lock.h"
#include "paging.h"

struct walker;

extern const uint32_t arch_number; /* HOBNAIL_ARCH_* */

void arch_pause(void);

/* Wakes processors parked with the MMU off; other parked processors poll their mailboxes by themselves. */
void arch_wake(void);

/* ---- Translation --------------------------------------------------------------------------------------- */

/* Is translation on? Reads the live registers and fills in mode, roots, memory types and the width of this
 * processor's physical addresses. */
bool arch_translation(struct walker *w);

/* Installs a top-level table (aarch64: of the upper range, or of the only one) and flushes the whole TLB. */
void arch_root_install(paddr root);

/* Levels of the live tables; 0: translation is off. */
unsigned arch_levels(void);

/* Bits of a table entry that the processor sets by itself. */
extern const uint64_t arch_entry_volatile;

/* Range 0 is the lower virtual addresses, range 1 the upper; bytes 0: there is no such range. Depends on the live
 * mode. */
struct span arch_range(unsigned upper);

/* The lowest base of the direct map, which is also its default (docs/protocol.md, "Direct map"). */
uint64_t arch_direct_map_default(void);

/* ---- The kernel's processors ----------------------------------------------------------------------------------
 *
 * Interrupts are unmasked only in user mode and in arch_idle(): the kernel runs with interrupts masked and is not
 * preempted. Time is in nanoseconds since some moment before the first call. Each architecture's arch_types.h defines
 * struct arch_cpu, arch_frame, arch_context and arch_space; generic code does not use their members. */

struct cpu;

/* Finds and maps the interrupt controller, and learns the timer's frequency. Called on the boot processor, on the
 * kernel's own tables. Returns NULL on success, else the reason: a sentence without its full stop. */
const char *arch_machine_start(const struct hobnail_boot *boot);

/* arch_pci() is pci.h's. */

/* Called once on every processor, on the kernel's own tables. Afterwards:
 *   arch_this_cpu() is `self`; arch_kick() reaches this processor and its timer can be set
 *   traps go to trap.h, on a stack of this processor's own if the kernel stack may be bad
 *   memory protection is as strict as the processor allows, and floating point is enabled */
void arch_cpu_start(struct cpu *self);

/* struct cpu *arch_this_cpu(void) is in arch_types.h. */

/* Calls function(argument), which does not return, on the stack that ends at `top`. */
_Noreturn void arch_stack_call(void *top, void (*function)(void *argument), void *argument);

/* Waits for an interrupt; may return without one. */
void arch_idle(void);

/* Sends that processor an interrupt: it calls trap_kicked() soon. */
void arch_kick(struct cpu *other);

/* arch_spin() is lock.h's. */

uint64_t arch_now(void); /* monotonic across all processors */

/* trap_timer() runs on this processor once arch_now() is `at` or later; UINT64_MAX switches the timer off. */
void arch_timer_set(uint64_t at);

/* ---- Switching ---- */

/* A switch to *context will call function() on the stack that ends at `top`, with the initial floating-point state. */
void arch_context_make(struct arch_context *context, void *top, void (*function)(void));

/* Saves the running context in *from and resumes *to. */
void arch_context_switch(struct arch_context *from, const struct arch_context *to);

/* Traps from user mode use the kernel stack that ends at `top` from now on. */
void arch_kernel_stack_use(void *top);

/* Sets *frame to the start of a program: first instruction, stack pointer and two arguments; other registers 0. */
void arch_frame_make(struct arch_frame *frame, vaddr pc, vaddr sp, uint64_t first, uint64_t second);

/* Returns to user mode. *frame lies at the top of the kernel stack. */
_Noreturn void arch_frame_return(struct arch_frame *frame);

/* ---- Address spaces ---- */

/* The live format; user addresses end at VM_USER_END (vm.h) or before. */
const struct pt_format *arch_format(void);

/* The highest level at which the processor accepts a leaf: struct pt's max_leaf. */
unsigned arch_max_leaf(void);

/* Switches to the kernel's own tables: `root`, in the format above, maps everything in use. Called on every
 * processor. */
void arch_kernel_root_use(paddr root);

/* An address space with this root, which is a zeroed page: x86_64 shares the kernel's entries of `kernel_root`. */
void arch_space_make(struct arch_space *space, paddr root, paddr kernel_root);

/* The end of a space that no processor uses any more. Its stale TLB entries are never used again. */
void arch_space_drop(struct arch_space *space);

/* Installs the space as this processor's user addresses. NULL: no user addresses. */
void arch_space_use(struct arch_space *space);

/* Call after adding mappings: no flush is needed, but the processor must see the new entries. */
void arch_tables_changed(void);

/* Call after removing translations or rights from a space that only this processor uses, or none yet. */
void arch_tlb_flush_user(struct arch_space *space, vaddr va, uint64_t bytes);

/* The same for kernel addresses: returns when no processor's TLB has them. The caller holds no lock. */
void arch_tlb_flush_kernel(vaddr va, uint64_t bytes);

/* Call before executing new code that was written to [at, at + bytes) of the direct map, at whatever address it
 * runs. */
void arch_sync_code(uintptr_t at, uint64_t bytes);

/* ---- User memory ---- */

/* Copies `bytes` bytes to or from user memory; the caller has checked the range with vm_is_user(). Returns false if a
 * page is missing or refuses the access; some bytes may have been copied. No other function touches user addresses. */
bool arch_user_copy(void *to, const void *from, uint64_t bytes);

/* ---- The machine --------------------------------------------------------------------------------------- */

uint64_t arch_hardware_id(void); /* of this processor, as struct hobnail_cpu names it */
uint64_t arch_counter(void);     /* the counter of struct hobnail_stage */
uint64_t arch_counter_hz(void);  /* as the processor itself reports it; 0: it does not */

/* x86 I/O ports of 1, 2 or 4 bytes; others have none: all ones. */
uint32_t arch_port_read(uint16_t port, unsigned bytes);
void arch_port_write(uint16_t port, unsigned bytes, uint32_t value);

/* A guess at a console, for a record that cannot be trusted; kind NONE: no guess. */
struct hobnail_console arch_last_resort_console(void);

/* PSCI_VERSION through the conduit (HOBNAIL_PSCI_*); negative: there is none to call. */
int64_t arch_psci_version(uint32_t conduit);

/* Passes `status` to the emulator, which ends. Returns if there is no emulator. */
void arch_exit(unsigned status);

/* Switches the machine off. If that is impossible, returns the reason. */
const char *arch_power_off(const struct hobnail_boot *boot);

_Noreturn void arch_halt(void);

/* For tests of the fault report: from now on the kernel's page faults become double faults. Returns NULL, or the reason
 * why this processor has no double faults: a sentence without its full stop. */
const char *arch_faults_double(void);

/* Likewise: the next system call on this processor takes an exception before the kernel's stack and registers are
 * loaded. */
const char *arch_edge_break(void);

/* Likewise: this processor gets an interrupt without a handler, as soon as interrupts are unmasked. */
void arch_stray_interrupt(void);

/* For stop.h, in any state: the other processors stop for ever, at once or where they poll stop_is_wanted(). */
void arch_stop_others(void);

#endif
