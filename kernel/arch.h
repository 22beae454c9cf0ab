/* arch.h — what every processor directory of the kernel defines. Generic code asks for no processor by name: it calls
 * these. */
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

/* Parked processors look at their mailboxes by themselves, but for those that wait with the MMU off. */
void arch_wake(void);

/* ---- Translation --------------------------------------------------------------------------------------- */

/* Is translation on, and through which tables? Reads the live registers; fills mode, roots, memory types and the width of
 * physical addresses that this processor has. */
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

/* ---- The kernel's processors ----------------------------------------------------------------------------------
 *
 * Interrupts are let in in user mode and in arch_idle() alone: all of the kernel runs with them masked, and is not preempted.
 * Time is in nanoseconds since some moment before the first call. struct arch_cpu, arch_frame, arch_context and arch_space are
 * arch_types.h's, of each processor; generic code does not look into them. */

struct cpu;

/* On the boot processor, on the kernel's own tables: find and map the interrupt controller, learn how fast the timer is. NULL: it is
 * all there; else a sentence without its full stop. */
const char *arch_machine_start(const struct hobnail_boot *boot);

/* arch_pci() is pci.h's. */

/* On every processor, on the kernel's own tables, once: from here on arch_this_cpu() is `self`, traps come to trap.h, on stacks of
 * this processor's own where the kernel's may be bad, protection is as strict as the processor can, its floating point is open,
 * its timer can be set and arch_kick() reaches it. */
void arch_cpu_start(struct cpu *self);

/* struct cpu *arch_this_cpu(void) is in arch_types.h. */

/* Call function(argument) on the stack that ends at `top`, for ever. */
_Noreturn void arch_stack_call(void *top, void (*function)(void *argument), void *argument);

/* Wait until an interrupt has been taken, or one may have been. */
void arch_idle(void);

/* Have that processor take an interrupt, soon: trap_kicked(). */
void arch_kick(struct cpu *other);

/* arch_spin() is lock.h's. */

uint64_t arch_now(void);           /* never goes back, on whatever processor it is asked */
void arch_timer_set(uint64_t at);  /* trap_timer() on this processor when arch_now() is `at` or later; UINT64_MAX: not at all */

/* ---- Switching ---- */

/* Make *context one that begins with function(), on the stack that ends at `top`, with the initial floating-point state. */
void arch_context_make(struct arch_context *context, void *top, void (*function)(void));

/* Leave what runs in *from, go on with what was left in *to. */
void arch_context_switch(struct arch_context *from, const struct arch_context *to);

/* What user mode leaves by, of the process whose kernel stack ends at `top`; traps from there come to this stack. */
void arch_kernel_stack_use(void *top);

/* Make *frame the beginning of a program: its first instruction, stack pointer and two arguments; other registers 0. */
void arch_frame_make(struct arch_frame *frame, vaddr pc, vaddr sp, uint64_t first, uint64_t second);

/* To user mode. *frame is the last thing on the kernel stack. */
_Noreturn void arch_frame_return(struct arch_frame *frame);

/* ---- Address spaces ---- */

/* The live format; user addresses end at VM_USER_END (vm.h) or before. */
const struct pt_format *arch_format(void);

/* Levels at which the processor takes leaves: struct pt's max_leaf. */
unsigned arch_max_leaf(void);

/* Go over to the kernel's own tables: `root`, in the format above, maps all that was mapped and is used. On every processor. */
void arch_kernel_root_use(paddr root);

/* An address space with this root, which is a zeroed page: x86_64 shares the kernel's entries of `kernel_root`. */
void arch_space_make(struct arch_space *space, paddr root, paddr kernel_root);

/* No processor uses it any more, and none will use what it may still hold of it. */
void arch_space_drop(struct arch_space *space);

/* This processor's user addresses from now on. NULL: there are none. */
void arch_space_use(struct arch_space *space);

/* Pages were mapped where none were: nothing need be forgotten, but the tables must be seen as they are now. */
void arch_tables_changed(void);

/* Pages of the space that this processor uses, or that none has used yet, have lost a translation or rights. */
void arch_tlb_flush_user(struct arch_space *space, vaddr va, uint64_t bytes);

/* Pages of the kernel have: returns when no processor knows them. The caller holds no lock. */
void arch_tlb_flush_kernel(vaddr va, uint64_t bytes);

/* What was written to [at, at + bytes) of the direct map is about to be executed, at whatever address. */
void arch_sync_code(const void *at, uint64_t bytes);

/* ---- User memory ---- */

/* Copy `bytes` bytes, one side of which is user memory (not checked here: vm_is_user()). false: a page of it is missing or
 * refuses, and some bytes may have been copied. The only function that touches user addresses. */
bool arch_user_copy(void *to, const void *from, uint64_t bytes);

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

/* Hand `status` to the emulator that runs us. Returns when nobody listens. */
void arch_exit(unsigned status);

/* Switch the machine off. Returns when that is not possible, with the reason. */
const char *arch_power_off(const struct hobnail_boot *boot);

_Noreturn void arch_halt(void);

/* To see that reported: from now on, a page fault of the kernel is an exception that comes while the processor hands over another
 * one. NULL, or why this processor has no such thing: a sentence without its full stop. */
const char *arch_faults_double(void);

/* Likewise: the next system call on this processor meets an exception where neither stack nor other registers are the kernel's yet. */
const char *arch_edge_break(void);

/* Likewise: an interrupt comes to this processor that nobody has asked for, as soon as interrupts are let in. */
void arch_stray_interrupt(void);

/* stop.h's: the other processors stop where they are, for ever, or look at stop_is_wanted() wherever they wait. In any state. */
void arch_stop_others(void);

#endif
