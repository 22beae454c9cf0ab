/* arch.h — what every loader/arch/<arch>/ must define. Generic code calls these and tests for no processor.
 *
 *   In firmware   called while boot services are there
 *   In the net    called after exit, in the transition space, from the net's copy of the image */
#ifndef LOADER_ARCH_H
#define LOADER_ARCH_H

#include "fault.h"
#include "plan.h"
#include "tables.h"
#include "walk.h"

struct boot;
struct handoff;
struct handoff_cpu;
struct hobnail_mailbox;

/* Constants of this build. */
extern fault_decoder *const arch_fault_decoder;

extern const char arch_name[];          /* "x86_64": as in configuration keys */
extern const uint32_t arch_id;          /* HOBNAIL_ARCH_*                     */
extern const uint16_t arch_elf_machine; /* ELF_MACHINE_*                      */
extern const bool arch_has_device_tree; /* false: ACPI says it all, and what reads device trees is left out */

/* What the processor and the firmware's state allow. */
struct arch_facts {
	unsigned firmware_level; /* aarch64: 1, 2 or 3; else 0                             */
	unsigned paging_levels;  /* of the firmware's own tables                           */
	bool vhe;                /* aarch64: FEAT_VHE                                      */
	bool e2h_fixed;          /* aarch64: at EL2, and HCR_EL2.E2H cannot be cleared     */
	bool la57;               /* x86_64: 5-level paging                                 */
	bool no_execute;         /* x86_64: NX                                             */
	bool confidential;       /* x86_64: a guest of TDX or SEV, whose memory the host cannot read */
	unsigned max_leaf;       /* 1: 2 MiB pages, 2: also 1 GiB                          */
	unsigned phys_bits;      /* width of a physical address                            */
	uint64_t boot_cpu;       /* hardware id of this processor                          */
	bool starts_uncached;    /* other processors begin in the net's text, with translation and caches off */
	uint64_t net_limit;      /* the net's memory must lie below this physical address  */
};

/* How the kernel will be entered. */
struct arch_mode {
	const struct plan_layout *layout;
	uint32_t level;      /* HOBNAIL_LEVEL_*; 0: not aarch64 */
	bool mmu_off;
	bool fp_trap;
	unsigned paging_levels;
};

/* ---- In firmware --------------------------------------------------------------------------------------- */

uint64_t arch_counter(void);
uint64_t arch_counter_hz(void); /* 0: unknown */
void arch_probe(struct arch_facts *out);

/* Choose the mode that the requests ask for, or say why this machine cannot. Optional requests that cannot be granted
 * are dropped from *requests. */
enum err arch_choose(const struct arch_facts *facts, struct requests *requests, struct arch_mode *out, struct problem *p);

/* Where the debug console is when no table says so; false: nowhere by convention. */
bool arch_console_by_convention(struct hobnail_console *out);

/* Pages of devices that arch_quiet() will touch (interrupt controllers): fills up to capacity, returns the count. */
size_t arch_quiet_devices(const struct acpi *acpi, struct span *out, size_t capacity);

/* Before any place is chosen for them: can the other processors be started, and with what? An error means that they cannot;
 * nothing else of the boot depends on it. Fills what it will need; may claim memory. */
enum err arch_cpus_prepare(struct boot *b, struct problem *p);

/* Bytes of handoff_cpu.area, whole pages, and the words of a message: "APIC id", "INIT-SIPI-SIPI". */
extern const uint32_t arch_cpu_bytes;
extern const char arch_cpu_id[], arch_cpu_start[];

/* First after exit: the firmware's handlers are still installed, but what they serve is gone. */
void arch_interrupts_off(void);

/* Leave the firmware's world, with interrupts masked: switch to the transition space, and continue in handoff_main() of the
 * net's copy, on the net's stack. */
void arch_switch(struct handoff *h) __attribute__((noreturn));

/* Make data written to [at, at + bytes) visible to instruction fetch / to observers that do not use the caches. */
void arch_sync_code(uintptr_t at, uint64_t bytes);
void arch_clean(uintptr_t at, uint64_t bytes);

/* ---- In the net ---------------------------------------------------------------------------------------- */

/* Own descriptor tables, exception handlers and stacks. */
void arch_net_enter(struct handoff *h);

/* Interrupt controllers and timers: nothing pending, everything masked. */
void arch_quiet(struct handoff *h);

/* Start all of handoff.cpus at once; one that cannot be is made SILENT, with a word to the console. Each ends in cpus_park(), on its own boot stack, in the kernel's space and with the
 * boot processor's state. Returns when cpus_answered(), or when none has answered for CPUS_PATIENCE_MS. */
void arch_cpus_start(struct handoff *h);

/* This one has been given up: see to it that it never runs. */
void arch_cpu_stop(struct handoff *h, struct handoff_cpu *c);

/* A processor has just answered: with the MMU off it waits as its kernel runs, with translation and caches off. */
void arch_parked(const struct handoff_cpu *c);

/* Until the word may have changed from 0, or for a moment. */
void arch_wait(const uint64_t *word);

/* A parked processor: the final state, the tables that the mailbox names, and the jump. */
void arch_release(struct handoff *h, struct handoff_cpu *c, const struct hobnail_mailbox *m) __attribute__((noreturn));

/* Final state of P-numbered promises, the kernel's tables, and the jump. */
void arch_enter(struct handoff *h) __attribute__((noreturn));

/* IA32_PAT or MAIR_ELx at a kernel's entry: what memory-type indices in tables mean. */
uint64_t arch_memory_types(void);

/* The address, in this image, that a kernel returns to when it returns from its entry point. */
extern const char arch_return_trap[];

/* ---- Anywhere ------------------------------------------------------------------------------------------ */

/* The tables that are live now, and how this processor takes them: the firmware's before the switch. The caller says how to
 * read them. false: translation is off, or its format is none of core/walk.h. At EL2 it changes FAR_EL1 and FAR_EL2. */
bool arch_live_walker(struct walker *out);

/* Is this an interrupt that no device has asked for, after which the kernel goes on? It may look at devices by net_device(). */
bool arch_is_spurious(const struct fault *f, const struct fault_view *v);

/* Write the entry that translates the page at `va`, which may be in use by this processor. */
void arch_window(volatile uint64_t *entry, uint64_t value, uintptr_t va);

/* Processors in arch_wait() look again. */
void arch_wake(void);

void arch_halt(void) __attribute__((noreturn));
uint32_t arch_port_read(uint16_t port, unsigned bytes); /* x86 I/O ports; others: all ones */
void arch_port_write(uint16_t port, unsigned bytes, uint32_t value);

#endif
