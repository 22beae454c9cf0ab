/* arch.h — the functions and constants that every loader/arch/<arch>/ defines. Generic code calls these, and
 * tests for no processor.
 *
 *   In firmware   called while boot services are there
 *   In the net    called after exit, in the transition space, from the net's copy of the image */
#ifndef LOADER_ARCH_H
#define LOADER_ARCH_H

#include "fault.h"
#include "handoff.h"
#include "walk.h"

struct boot;

/* Static, so that the net's copy of the image has it, too. */
extern struct handoff handoff;

/* Constants of this build. */
extern fault_decoder *const arch_fault_decoder;
extern fault_reader *const arch_fault_reader;
extern mode_chooser *const arch_mode_chooser;

extern const char arch_name[];          /* "x86_64": as in configuration keys */
extern const uint32_t arch_id;          /* HOBNAIL_ARCH_*                     */
extern const uint16_t arch_elf_machine; /* ELF_MACHINE_*                      */
extern const bool arch_has_device_tree; /* false: ACPI says it all, and code for device trees is left out */

/* ---- In firmware --------------------------------------------------------------------------------------- */

uint64_t arch_counter(void);
uint64_t arch_counter_hz(void); /* 0: unknown */
uint64_t arch_counter_measure(const struct boot *b); /* by another clock; 0: there is none */
void arch_probe(struct arch_facts *out);

/* A random number by instruction. false: there is no such instruction, or it has none now. */
bool arch_random(uint64_t *out);

/* The conventional place of the debug console, for when no table names one. false: there is no convention. */
bool arch_console_by_convention(struct hobnail_console *out);

/* Pages of devices (interrupt controllers, IOMMUs) that arch_quiet() will touch: fills up to capacity, returns the
 * count. Tables, mode and processors of the attempt are known. */
size_t arch_quiet_devices(struct boot *b, struct span *out, size_t capacity);

/* Find out how the other processors can be started, and keep what the start will need. Called before memory is placed
 * for them; may claim memory. On an error they cannot be started; the rest of the boot does not depend on it. */
enum err arch_cpus_prepare(struct boot *b, struct problem *p);

/* Bytes of handoff_cpu.area, whole pages, and the words of a message: "APIC id", "INIT-SIPI-SIPI". */
extern const uint32_t arch_cpu_bytes;
extern const char arch_cpu_id[], arch_cpu_start[];

/* Call a kernel that boot services stay alive for: 64-bit mode as UEFI has it, EAX = signature, RBX = argument. Returns
 * RAX if the kernel returns. NULL: no protocol of this architecture has such kernels. */
extern uint64_t (*const arch_call_within)(uint64_t entry, uint32_t signature, uint64_t argument);

/* The first call after exit: the firmware's handlers are still installed, but the services behind them are gone. */
void arch_interrupts_off(void);

/* Leave the firmware's world, with interrupts masked: switch to the transition space, and continue in
 * handoff_main() of the net's copy, on the net's stack. */
void arch_switch(struct handoff *h) __attribute__((noreturn));

/* Make data written to [at, at + bytes) visible to instruction fetch / to observers that do not use the caches. */
void arch_sync_code(uintptr_t at, uint64_t bytes);
void arch_clean(uintptr_t at, uint64_t bytes);

/* ---- In the net ---------------------------------------------------------------------------------------- */

/* Own descriptor tables, exception handlers and stacks. */
void arch_net_enter(struct handoff *h) __attribute__((noinline)); /* a debugger stops in front of it */

/* Interrupt controllers and timers: nothing pending, everything masked. */
void arch_quiet(struct handoff *h);

/* Start all of handoff.cpus at once. A processor that cannot be started becomes SILENT, and the console says why. A
 * started one ends in cpus_park(), on its own boot stack, in the kernel's space and with the boot processor's state.
 * Returns when all have answered, or when none has for CPUS_PATIENCE_MS. */
void arch_cpus_start(struct handoff *h);

/* Make sure that a processor that has been given up never runs. */
void arch_cpu_stop(struct handoff *h, struct handoff_cpu *c);

/* On a processor that has just answered. For a kernel with the MMU off it turns its translation and caches off, as
 * the kernel will run, before it waits. */
void arch_parked(const struct handoff_cpu *c);

/* Wait until the word may have changed from 0, or for a moment. */
void arch_wait(const uint64_t *word);

/* On a parked processor: the final state, the tables that *r names, and the jump. */
void arch_release(struct handoff *h, struct handoff_cpu *c, const struct handoff_release *r) __attribute__((noreturn));

/* On the boot processor: the final state that docs/protocol.md promises, the kernel's tables, and the jump. */
void arch_enter(struct handoff *h) __attribute__((noreturn));

/* The address in this image to which a kernel returns from its entry point. */
extern const char arch_return_trap[];

/* ---- Anywhere ------------------------------------------------------------------------------------------ */

/* The live tables (before the switch: the firmware's), and the control bits that decide how this processor reads
 * them. The caller adds page(). false: translation is off, or core/walk.h does not know the format. At EL2 this
 * changes FAR_EL1 and FAR_EL2. */
bool arch_live_walker(struct walker *out);

/* In firmware: visit the tables that this processor reads by itself: of segments, of interrupts, and of pages as far as
 * they translate [0, bytes). The stack is left out. visit() says whether that is memory: a table elsewhere is not
 * read. */
typedef bool arch_visit(void *context, paddr at, uint64_t bytes);
void arch_own_memory(uint64_t bytes, arch_visit *visit, void *context);

/* Is this a spurious interrupt, after which the kernel goes on? May read devices through net_device(). */
bool arch_is_spurious(const struct fault *f, const struct fault_view *v);

/* Advice that this processor's own tables give, as struct protocol has it; 0: none. */
size_t arch_fault_advice(const struct fault_view *v, char *out, size_t size);

/* Write the entry that translates the page at `va`, which may be in use by this processor. */
void arch_window(volatile uint64_t *entry, uint64_t value, uintptr_t va);

/* Wake processors in arch_wait(): they look again. */
void arch_wake(void);

void arch_halt(void) __attribute__((noreturn));
uint32_t arch_port_read(uint16_t port, unsigned bytes); /* x86 I/O ports; others: all ones */
void arch_port_write(uint16_t port, unsigned bytes, uint32_t value);

#endif
