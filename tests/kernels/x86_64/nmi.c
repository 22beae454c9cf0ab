/* nmi.c — a kernel that lets non-maskable interrupts in, and waits: LINT1, which the loader masks with all local
 * vectors, is where a PC's NMI arrives. With the word `undefined` it then executes ud2, and an NMI meets the
 * report. */
#include "apic.h"
#include "kernel.h"
#include "machine.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(devices, HOBNAIL_REQUEST_DEVICE_MAP | HOBNAIL_REQUIRED, 0xffffa00000000000);
HOBNAIL_REQUEST(mode, HOBNAIL_REQUEST_FRAMEBUFFER, 1024ull | 768ull << 32);

enum { LVT_LINT1 = 0x360 }; /* the name that APIC_LVT has for it is a string */

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	voice_open(boot);
	apic_write((uintptr_t)(boot->device_map + (cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_ADDRESS)), LVT_LINT1,
	           APIC_NMI & 0x700);
	if (told(boot, "undefined"))
		machine_undefined();
	say("waiting");
	wait_for_ever();
}
