/* net.c — the net's own descriptor tables: one IDT for all processors, the rest for each. */
#include "arch.h"
#include "image.h"
#include "local.h"

#include <string.h>

static IMAGE_SCRATCH struct descriptor_gate idt[VECTORS] __attribute__((aligned(16)));
static uint16_t code; /* selector of the net's code, in all of its tables */
struct net_cpu net_boot_cpu;

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
	c->gdt[code / 8] = SEGMENT_CODE_64;
	descriptor_tss_entries(&c->gdt[SELECTOR_TSS / 8], (uintptr_t)&c->tss);
	c->tss = (struct descriptor_tss){ .io_map = sizeof c->tss }; /* beyond the limit: no ports for user mode */
	for (unsigned i = 0; i < IST_LAST; i++)
		c->tss.ist[i] = (uintptr_t)c->stacks[i] + FAULT_STACK_BYTES;
}

void net_enter_cpu(struct net_cpu *c)
{
	struct descriptor_table gdtr = { sizeof c->gdt - 1, (uintptr_t)c->gdt },
	                        idtr = { sizeof idt - 1, (uintptr_t)idt };

	fill(c);
	descriptor_tables_load(&gdtr, &idtr, code, SELECTOR_DATA, SELECTOR_TSS);
}

/* The kernel's space is live. TR keeps what it has loaded, also from a table that ends before the entry. It cannot be
 * made null again: without handlers it gets base 0 and limit 0, from an entry that the kernel sees. */
void net_leave_cpu(const struct handoff *h, struct net_cpu *c, paddr c_phys)
{
	struct descriptor_table gdtr = { SELECTOR_TSS - 1, c_phys + offsetof(struct net_cpu, gdt) + h->direct_map },
	                        all = { sizeof c->gdt - 1, (uintptr_t)c->gdt }, none = { 0, 0 };

	if (h->mode.state & STATE_NO_HANDLERS) {
		gdtr.limit = all.limit;
		c->gdt[SELECTOR_TSS / 8] = (uint64_t)DESCRIPTOR_TSS << 40;
		c->gdt[SELECTOR_TSS / 8 + 1] = 0;
		descriptor_tables_load(&all, &none, SELECTOR_CODE, SELECTOR_DATA, SELECTOR_TSS);
	}
	if (h->mode.state & STATE_DIRECT_GDT)
		cpu_move_gdt(&gdtr, SELECTOR_DATA);
}

bool net_has_segment(uint16_t selector, uint64_t entry)
{
	unsigned i = selector / 8;

	return i < SELECTOR_TSS / 8 && entry == (i == code / 8 ? SEGMENT_CODE_64 : net_gdt[i]);
}

void net_report_interrupts(void)
{
	for (unsigned i = VECTOR_EXCEPTIONS; i < VECTORS; i++)
		idt[i] = descriptor_gate((uintptr_t)net_interrupts + (i - VECTOR_EXCEPTIONS) * INTERRUPT_STUB_BYTES,
		                         code, stack_of(i));
}

void arch_net_enter(struct handoff *h)
{
	code = h->mode.state & STATE_DIRECT_GDT ? SELECTOR_CODE : SELECTOR_CODE_8;
	for (unsigned i = 0; i < VECTOR_EXCEPTIONS; i++)
		idt[i] = descriptor_gate((uintptr_t)net_exceptions + i * EXCEPTION_STUB_BYTES, code, stack_of(i));
	for (unsigned i = VECTOR_EXCEPTIONS; i < VECTORS; i++)
		idt[i] = descriptor_gate((uintptr_t)net_interrupt, code, 0);
	net_enter_cpu(&net_boot_cpu);
}
