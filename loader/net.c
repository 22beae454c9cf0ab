#include "net.h"

#include "arch.h"
#include "format.h"
#include "image.h"
#include "report.h"

uint8_t net_report_stack[NET_REPORT_STACK_BYTES] __attribute__((aligned(16)));

void net_report(const struct fault *f)
{
	char text[256];

	if (f->vector == FAULT_RETURNED)
		format(text, sizeof text, "the kernel returned from its entry point: there is nothing to return to. "
		       "End it with an endless loop, a power-off or a reset.");
	else
		format(text, sizeof text, "exception %u at %#llx, syndrome %#llx, address %#llx, sp %#llx: %s",
		       f->vector, (unsigned long long)f->pc, (unsigned long long)f->syndrome, (unsigned long long)f->address,
		       (unsigned long long)f->sp,
		       image_has_code(f->pc) ? "in the loader's own hand-off" : "the kernel has installed no handlers yet");
	report_final(text);
	arch_halt();
}

void net_report_again(uint64_t pc)
{
	char text[96];

	format(text, sizeof text, "the report itself faulted, at %#llx", (unsigned long long)pc);
	report_final(text);
	arch_halt();
}
