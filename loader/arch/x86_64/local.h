/* local.h — what each processor has and does for itself, the boot processor and those that it starts alike. */
#ifndef LOADER_X86_64_LOCAL_H
#define LOADER_X86_64_LOCAL_H

#include "cpu.h"
#include "descriptor.h"
#include "layout.h"

#include "base.h"

struct handoff;

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

/* net.c: from now on, an interrupt is a fault: of a kernel that has opened them and has no IDT yet. */
void net_report_interrupts(void);

/* quiet.c: this processor's local APIC, for apic.h: devices are mapped one to one in the transition space. */
uintptr_t quiet_apic(void);

/* quiet.c: stop its timer and mask all sources of its own. */
void quiet_mask(uintptr_t apic);

/* enter.c: the control registers that docs/protocol.md promises, but for CR3. */
void enter_final_state(const struct handoff *h);

/* switch.S: the general registers that docs/protocol.md promises, CR3, and the jump. */
void enter_kernel(uint64_t root, uint64_t stack, uint64_t entry, uint64_t argument) __attribute__((noreturn));

/* cpus.c: before the switch, with the firmware's tables: the page that the others begin in. */
void cpus_fill_trampoline(const struct handoff *h);

#endif
