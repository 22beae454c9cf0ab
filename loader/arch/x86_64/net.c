/* net.c — the net's own descriptor tables and exception handlers. */
#include "cpu.h"
#include "format.h"
#include "handoff.h"
#include "layout.h"
#include "report.h"

/* Intel SDM vol. 3A, "IDT Descriptors" (§6.14.1) */
struct gate {
	uint16_t offset_0;
	uint16_t selector;
	uint8_t stack; /* IST entry, 1-7 */
	uint8_t type;  /* 0x8e: present, interrupt gate */
	uint16_t offset_16;
	uint32_t offset_32;
	uint32_t zero;
};
_Static_assert(sizeof(struct gate) == 16, "gate");

/* Intel SDM vol. 3A, "TSS" (figure 8-11) */
struct __attribute__((packed)) tss {
	uint32_t zero_0;
	uint64_t rsp[3];
	uint64_t zero_1;
	uint64_t ist[7];
	uint64_t zero_2;
	uint16_t zero_3;
	uint16_t io_map; /* beyond the limit: no ports for user mode */
};
_Static_assert(sizeof(struct tss) == 104, "tss");

struct __attribute__((packed)) table_register {
	uint16_t limit;
	uint64_t base;
};

enum { GATE_INTERRUPT = 0x8e, STACK_BYTES = 8192, EXCEPTIONS = 32, VECTORS = 256 };
enum { IST_FAULT = 1, IST_DOUBLE_FAULT, IST_NMI, IST_MACHINE_CHECK, IST_LAST = IST_MACHINE_CHECK };

static struct gate idt[VECTORS] __attribute__((aligned(16)));
static struct tss tss;
static uint8_t stacks[IST_LAST][STACK_BYTES] __attribute__((aligned(16)));

extern uint64_t net_gdt[]; /* switch.S: the switch between paging modes needs it, too */
extern const char net_exceptions[], net_interrupt[];

struct exception_frame {
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};
void net_exception(const struct exception_frame *f);

static void set_gate(unsigned vector, const char *handler, unsigned stack)
{
	uint64_t at = (uintptr_t)handler;

	idt[vector] = (struct gate){ (uint16_t)at, SELECTOR_CODE, (uint8_t)stack, GATE_INTERRUPT, (uint16_t)(at >> 16),
	                             (uint32_t)(at >> 32), 0 };
}

static unsigned stack_of(unsigned vector)
{
	return vector == 8 ? IST_DOUBLE_FAULT : vector == 2 ? IST_NMI : vector == 18 ? IST_MACHINE_CHECK : IST_FAULT;
}

static void fill_tss_descriptor(void)
{
	uint64_t base = (uintptr_t)&tss;

	/* Intel SDM vol. 3A, "TSS Descriptor in 64-bit mode" (§8.2.3): type 9, present */
	net_gdt[SELECTOR_TSS / 8] = (sizeof tss - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
	net_gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
}

void arch_net_enter(struct handoff *h)
{
	struct table_register gdtr = { GDT_BYTES - 1, (uintptr_t)net_gdt }, idtr = { sizeof idt - 1, (uintptr_t)idt };

	(void)h;
	for (unsigned i = 0; i < EXCEPTIONS; i++)
		set_gate(i, net_exceptions + i * EXCEPTION_STUB_BYTES, stack_of(i));
	for (unsigned i = EXCEPTIONS; i < VECTORS; i++)
		set_gate(i, net_interrupt, 0);
	for (unsigned i = 0; i < IST_LAST; i++)
		tss.ist[i] = (uintptr_t)stacks[i] + STACK_BYTES;
	tss.io_map = sizeof tss;
	fill_tss_descriptor();
	__asm__ volatile("lgdt %0\n\t"
	                 "push %2\n\t"
	                 "lea 1f(%%rip), %%rax\n\t"
	                 "push %%rax\n\t"
	                 "lretq\n"
	                 "1:\tmov %3, %%ds\n\t"
	                 "mov %3, %%es\n\t"
	                 "mov %3, %%ss\n\t"
	                 "mov %4, %%fs\n\t"
	                 "mov %4, %%gs\n\t"
	                 "lldt %w4\n\t"
	                 "ltr %w5\n\t"
	                 "lidt %1"
	                 : : "m"(gdtr), "m"(idtr), "i"(SELECTOR_CODE), "r"(SELECTOR_DATA), "r"(0), "r"(SELECTOR_TSS)
	                 : "rax", "memory");
}

void net_exception(const struct exception_frame *f)
{
	char text[256];

	format(text, sizeof text, "exception %u at %#llx, error code %#llx, CR2 %#llx, rsp %#llx: the kernel has installed no handlers yet",
	       (unsigned)f->vector, (unsigned long long)f->rip, (unsigned long long)f->error, (unsigned long long)read_cr2(),
	       (unsigned long long)f->rsp);
	report_final(text);
	arch_halt();
}
