/* spurious.c — interrupts that no device has asked for, or asks for no more. */
#include "apic.h"
#include "arch.h"
#include "local.h"
#include "after/net.h"

/* Intel SDM vol. 3A, "Interrupt, Task and Processor Priority": an interrupt is in service until its end is written. */
static bool in_service(uintptr_t apic, unsigned vector)
{
	return apic_read(apic, APIC_ISR + 0x10 * (vector / 32)) >> vector % 32 & 1;
}

static uint8_t pic_in_service(uint16_t port)
{
	cpu_out8(port, PIC_READ_ISR);
	return cpu_in8(port);
}

/* Intel 8259A data sheet, "Interrupt Sequence": if a request is gone when it is acknowledged, the chip answers with
 * its lowest one, 7, which is not in service then. If the second chip did that, the first has its input in service.
 * Without these chips all bits are set. */
static bool pics_have_none(void)
{
	uint8_t first = pic_in_service(PIC_1_COMMAND), second = pic_in_service(PIC_2_COMMAND);

	if (first >> 7 || second >> 7)
		return false;
	if (first & PIC_CASCADE)
		cpu_out8(PIC_1_COMMAND, PIC_EOI);
	return true;
}

/* Intel SDM vol. 3A, "Spurious Interrupt": it has the vector in that register, and is not in service. The kernel may
 * have changed the APIC's mode, and its place. */
bool arch_is_spurious(const struct fault *f, const struct fault_view *v)
{
	uint64_t base = cpu_read_msr(MSR_APIC_BASE);

	if ((v->what.code != ERR_FAULT_INTERRUPT && v->what.code != ERR_FAULT_RESERVED) || !(f->flags & RFLAGS_IF))
		return false;
	if (base & APIC_BASE_ENABLE) {
		uintptr_t apic = base & APIC_BASE_X2APIC ? 0 : net_device(base & APIC_BASE_ADDRESS);
		if (in_service(apic, f->vector))
			return false;
		if ((apic_read(apic, APIC_SPURIOUS) & 0xff) == f->vector)
			return true;
	}
	return f->vector % 8 == 7 && pics_have_none();
}
