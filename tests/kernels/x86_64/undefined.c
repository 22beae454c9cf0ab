/* undefined.c — instructions that a bit switches on, which is off at entry: one word of the command line, one
 * instruction. */
#include "kernel.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	voice_open(boot);
	say("undefined: %s", hobnail_text(boot, boot->cmdline));
	if (told(boot, "wrfsbase"))
		__asm__ volatile("wrfsbase %0" : : "r"((uintptr_t)boot));
	if (told(boot, "xgetbv"))
		__asm__ volatile("xgetbv" : : "c"(0) : "eax", "edx");
	if (told(boot, "syscall"))
		__asm__ volatile("syscall" : : : "rcx", "r11");
	if (told(boot, "avx"))
		__asm__ volatile("vzeroupper");
	if (told(boot, "vmxon"))
		__asm__ volatile("vmxon (%0)" : : "r"(boot));
	give_up("it goes on");
}
