/* net.c — the net's exception handlers. */
#include "cpu.h"
#include "format.h"
#include "handoff.h"
#include "image.h"
#include "layout.h"
#include "report.h"

uint8_t fault_stack[FAULT_STACK_BYTES] __attribute__((aligned(16))); /* named by the vectors */

void net_exception(uint64_t vector, uint64_t sp) __attribute__((noreturn));

/* The switch has installed the vectors already. */
void arch_net_enter(struct handoff *h)
{
	(void)h;
}

/* At EL2 with E2H = 0 the registers have other names. */
static bool plain_el2(void)
{
	return cpu_level() == 2 && !(cpu_read(hcr_el2) & HCR_E2H);
}

void net_exception(uint64_t vector, uint64_t sp)
{
	static bool reporting;

	if (reporting) /* the report itself faults: there is nothing left to say it with */
		arch_halt();
	reporting = true;
	bool el2 = plain_el2();
	uint64_t syndrome = el2 ? cpu_read(esr_el2) : cpu_read(esr_el1);
	uint64_t at = el2 ? cpu_read(elr_el2) : cpu_read(elr_el1);
	uint64_t address = el2 ? cpu_read(far_el2) : cpu_read(far_el1);
	char text[256];

	format(text, sizeof text, "exception (vector %u) at %#llx, ESR %#llx, FAR %#llx, sp %#llx: %s",
	       (unsigned)vector, (unsigned long long)at, (unsigned long long)syndrome, (unsigned long long)address,
	       (unsigned long long)sp,
	       image_has_code(at) ? "in the loader's own hand-off" : "the kernel has installed no vectors yet");
	report_final(text);
	arch_halt();
}
