/* hypervisor.c — the shape of a hypervisor: hypervisor.ld gives every section a segment of its own, and a stack
 * between two guards that are segments, too. A naked entry point in the Microsoft convention (record in rcx) moves
 * to that stack and checks the magic before anything else. With the word `overflow` it runs over its stack into the
 * guard. */
#include "kernel.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);

__attribute__((visibility("hidden"))) extern char stack_bottom[], stack_top[];

__attribute__((ms_abi, noreturn, used)) static void start(const struct hobnail_boot *boot);

void kernel_entry(void);
__attribute__((naked, section(".text.entry"))) void kernel_entry(void)
{
	__asm__("movabs $0x314c49414e424f48, %%rax\n\t" /* HOBNAIL_MAGIC */
	        "cmp (%%rcx), %%rax\n\t"
	        "jne 1f\n\t"
	        "lea stack_top(%%rip), %%rsp\n\t"
	        "xor %%ebp, %%ebp\n\t"
	        "sub $40, %%rsp\n\t" /* home space, and as after a call */
	        "jmp %P0\n"
	        "1:\tud2" : : "i"(start));
}

/* A different value in each of .data and .bss, which only the right segments give. */
static volatile uint64_t initialised = 0x1122334455667788;
static volatile uint64_t zeroed[1024];

static void check_segments(const struct hobnail_boot *boot)
{
	uint64_t here = (uintptr_t)&here;

	if (boot->segments.count != 7)
		give_up("not seven segments");
	if (here - (uintptr_t)stack_bottom >= (uintptr_t)(stack_top - stack_bottom))
		give_up("not on its own stack");
	for (unsigned i = 0; i < COUNT_OF(zeroed); i++)
		if (zeroed[i])
			give_up(".bss is not zero");
	if (initialised != 0x1122334455667788)
		give_up(".data is not as linked");
}

__attribute__((ms_abi, noreturn, used)) static void start(const struct hobnail_boot *boot)
{
	voice_open(boot);
	check_segments(boot);
	say("hypervisor on its own stack, %u segments", boot->segments.count);
	if (told(boot, "overflow"))
		say("%u", fill_stack(0));
	say("hypervisor: all is well");
	wait_for_ever();
}
