/* local.h — state and duties that each processor has for itself, whether it boots or is started. */
#ifndef LOADER_X86_64_LOCAL_H
#define LOADER_X86_64_LOCAL_H

#include "cpu.h"
#include "descriptor.h"
#include "layout.h"

#include "base.h"

struct boot;
struct handoff;
struct handoff_cpu;

enum { IST_FAULT = 1, IST_DOUBLE_FAULT, IST_NMI, IST_MACHINE_CHECK, IST_LAST = IST_MACHINE_CHECK };

/* Descriptor tables of one processor, and a stack for each entry of its interrupt stack table. */
struct net_cpu {
	uint64_t gdt[GDT_BYTES / 8];
	struct descriptor_tss tss;
	uint8_t stacks[IST_LAST][FAULT_STACK_BYTES] __attribute__((aligned(16)));
} __attribute__((aligned(64)));
_Static_assert(sizeof(struct net_cpu) <= PAGE_BYTES, "arch_cpu_bytes");

/* net.c: take them, and the IDT. */
void net_enter_cpu(struct net_cpu *c);
extern struct net_cpu net_boot_cpu; /* the boot processor's */

/* net.c: the GDT through the direct map, without the TSS; no IDT and TSS if there shall be no handlers. */
void net_leave_cpu(const struct handoff *h, struct net_cpu *c, paddr c_phys);

/* net.c: has the net's GDT this entry for the selector, as it was filled? */
bool net_has_segment(uint16_t selector, uint64_t entry);

/* net.c: from now on an interrupt is a fault, as of a kernel that enables interrupts and has no IDT yet. */
void net_report_interrupts(void);

/* quiet.c: this processor's local APIC, for apic.h: devices are identity-mapped in the transition space. */
uintptr_t quiet_apic(void);

/* quiet.c: stop its timer and mask all sources of its own. `state`: STATE_* */
void quiet_mask(uintptr_t apic, uint32_t state);

/* quiet.c: mode and registers of this processor's local APIC as the kernel wants them. NULL: it is the boot
 * processor. */
void quiet_settle(const struct handoff *h, const struct handoff_cpu *c);

/* iommu.c: in firmware, the pages of IOMMUs' registers; in the net, no unit translates any more. */
size_t iommus_find(const struct boot *b, struct span *out, size_t capacity);
void iommus_off(const struct handoff *h);

/* enter.c: the control registers that docs/protocol.md promises, but for CR3. */
void enter_final_state(const struct handoff *h);

/* mtrr.c: on the boot processor; on another one. */
void mtrr_save(void);
void mtrr_load(void);

/* enter.c: the way out, with descriptor tables, stack and return address as h->mode.state says. `c` and `c_phys` are
 * this processor's tables. */
void enter_leave(const struct handoff *h, struct net_cpu *c, paddr c_phys, uint64_t root, uint64_t stack,
                 uint64_t entry, uint64_t argument) __attribute__((noreturn));

/* switch.S: the general registers that docs/protocol.md promises, CR3, and the jump. */
void enter_kernel(uint64_t root, uint64_t stack, uint64_t entry, uint64_t argument, uint64_t return_to)
	__attribute__((noreturn));

/* clock.c: the power-management timer if tables name one that counts, else the time-stamp counter. */
void clock_open(const struct boot *b);
uint64_t clock_ticks(void);
uint64_t clock_since(uint64_t begin);
uint64_t clock_ticks_of(uint64_t us); /* at least so long */

/* cpus.c: before the switch, with the firmware's tables: the page that the others begin in. */
void cpus_fill_trampoline(const struct handoff *h);

#endif
