/* A firmware that has used sysenter: what it leaves would take a program to the kernel's ring, at this address. */
#include "cpu.h"
#include "sabotage.h"

void sabotage_entry(struct handoff *h)
{
	(void)h;
	cpu_write_msr(MSR_SYSENTER_CS, 0x8);
	cpu_write_msr(MSR_SYSENTER_EIP, 0x8000);
}
