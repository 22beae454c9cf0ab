/* interrupt.c — a kernel that opens interrupts, or calls one, and has no IDT: one word of the command line, one way.
 * The net reports each, but for one that is spurious. */
#include "kernel.h"

#include "apic.h"
#include "machine.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(devices, HOBNAIL_REQUEST_DEVICE_MAP | HOBNAIL_REQUIRED, 0xffffa00000000000);

enum { PIC_BASE = 0x20, TIMER_CONTROL = 0x43, TIMER_0 = 0x40 };

/* Intel 8259A data sheet, "Initialization Command Words"; Intel 8254 data sheet, "Control Word Format": 100 Hz on
 * input 0. */
static void timer_start(void)
{
	static const uint8_t words[][2] = { { PIC_1_COMMAND, 0x11 }, { PIC_2_COMMAND, 0x11 }, { PIC_1_MASK, PIC_BASE },
		{ PIC_2_MASK, PIC_BASE + 8 }, { PIC_1_MASK, 4 }, { PIC_2_MASK, 2 }, { PIC_1_MASK, 1 },
		{ PIC_2_MASK, 1 },
		{ PIC_1_MASK, 0xfe }, { PIC_2_MASK, 0xff }, { TIMER_CONTROL, 0x34 }, { TIMER_0, 0x9b },
		{ TIMER_0, 0x2e } };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		cpu_out8(words[i][0], words[i][1]);
}

/* LINT0 is open, as the firmware has left it: docs/protocol.md, "State at entry: x86_64". */
static __attribute__((noinline)) void tick(void)
{
	timer_start();
	cpu_interrupts_on();
	for (;;)
		cpu_wait_for_interrupt();
}

/* The timer's number is that of the APIC's spurious interrupt, and is not in service there. */
static void spurious(const struct hobnail_boot *boot)
{
	uintptr_t apic = (cpu_read_msr(MSR_APIC_BASE) & APIC_BASE_ADDRESS) + boot->device_map;
	uint64_t rax = 0x1234567890, rsp_before, rsp_after;

	apic_write(apic, APIC_SPURIOUS, APIC_ENABLE | PIC_BASE);
	timer_start();
	__asm__ volatile("mov %%rsp, %1; sti; hlt; cli; mov %%rsp, %2"
	                 : "+a"(rax), "=&r"(rsp_before), "=&r"(rsp_after)
	                 :
	                 : "memory");
	say("went on: %#llx, stack %s", (unsigned long long)rax, rsp_before == rsp_after ? "as before" : "elsewhere");
	__asm__ volatile("int $0x27"); /* no interrupt of a device's: the number does not count */
}

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	voice_open(boot);
	say("interrupts, and no IDT: %s", hobnail_text(boot, boot->cmdline));
	if (told(boot, "tick"))
		tick();
	if (told(boot, "spurious"))
		spurious(boot);
	if (told(boot, "call"))
		__asm__ volatile("int $0x80");
	if (told(boot, "exception"))
		__asm__ volatile("int $13"); /* pushes no error code */
	give_up("it goes on");
}
