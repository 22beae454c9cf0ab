/* net.c — the net's own descriptor tables: one IDT for all processors, the rest for each. */
#include "handoff.h"
#include "local.h"

#include <string.h>

static struct descriptor_gate idt[VECTORS] __attribute__((aligned(16)));
static struct net_cpu boot_cpu;

extern const uint64_t net_gdt[]; /* switch.S: the switch between paging modes needs it, too */
extern const char net_exceptions[], net_interrupts[], net_interrupt[]; /* fault_entry.S */

static uint8_t stack_of(unsigned vector)
{
	switch (vector) {
	case VECTOR_DOUBLE_FAULT: return IST_DOUBLE_FAULT;
	case VECTOR_NMI: return IST_NMI;
	case VECTOR_MACHINE_CHECK: return IST_MACHINE_CHECK;
	default: return IST_FAULT;
	}
}

static void fill(struct net_cpu *c)
{
	memcpy(c->gdt, net_gdt, sizeof c->gdt);
	descriptor_tss_entries(&c->gdt[SELECTOR_TSS / 8], (uintptr_t)&c->tss);
	c->tss = (struct descriptor_tss){ .io_map = sizeof c->tss }; /* beyond the limit: no ports for user mode */
	for (unsigned i = 0; i < IST_LAST; i++)
		c->tss.ist[i] = (uintptr_t)c->stacks[i] + FAULT_STACK_BYTES;
}

void net_enter_cpu(struct net_cpu *c)
{
	struct descriptor_table gdtr = { sizeof c->gdt - 1, (uintptr_t)c->gdt }, idtr = { sizeof idt - 1, (uintptr_t)idt };

	fill(c);
	descriptor_tables_load(&gdtr, &idtr, SELECTOR_CODE, SELECTOR_DATA, SELECTOR_TSS);
}

void net_report_interrupts(void)
{
	for (unsigned i = VECTOR_EXCEPTIONS; i < VECTORS; i++)
		idt[i] = descriptor_gate((uintptr_t)net_interrupts + (i - VECTOR_EXCEPTIONS) * INTERRUPT_STUB_BYTES, SELECTOR_CODE,
		                         IST_FAULT);
}

void arch_net_enter(struct handoff *h)
{
	(void)h;
	for (unsigned i = 0; i < VECTOR_EXCEPTIONS; i++)
		idt[i] = descriptor_gate((uintptr_t)net_exceptions + i * EXCEPTION_STUB_BYTES, SELECTOR_CODE, stack_of(i));
	for (unsigned i = VECTOR_EXCEPTIONS; i < VECTORS; i++)
		idt[i] = descriptor_gate((uintptr_t)net_interrupt, SELECTOR_CODE, 0);
	net_enter_cpu(&boot_cpu);
}
