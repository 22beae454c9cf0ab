/* outside.c — failures that no handler of the loader's can report, because the kernel has put its own in place, and
 * failures that raise no exception. One word of the command line, one way; `hobnail run` explains each from outside. */
#include "machine.h"

#include "kernel.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(devices, HOBNAIL_REQUEST_DEVICE_MAP | HOBNAIL_REQUIRED, 0xffffa00000000000);

#define LOWER_VECTORS 0x400000ull  /* where a kernel with a lower half would have them */
#define CLOCK         0x09010000ull /* physical: QEMU's virt machine has a PL031 there, a clock */
#define FLAGS         0x18          /* of a PL011: a UART */
#define TRANSMITTER_EMPTY 0x80

static void write_null(void)
{
	*(volatile char *)8 = 1;
}

/* The vectors are in the lower half, which has tables without a single entry. */
static void vectors_nowhere(const struct hobnail_boot *boot)
{
	cpu_write(vbar_el1, LOWER_VECTORS);
	machine_user_tables(boot, 0);
	write_null();
}

/* Only the return address is changed by a handler that ignores the fault: to what it was. */
static __attribute__((naked, aligned(2048))) void returning_vectors(void)
{
	__asm__(".rept 16\n\teret\n\t.balign 128\n\t.endr");
}

static void again_and_again(const struct hobnail_boot *boot)
{
	(void)boot;
	cpu_write(vbar_el1, (uintptr_t)returning_vectors);
	cpu_instruction_barrier();
	write_null();
}

static void wait(const struct hobnail_boot *boot)
{
	(void)boot;
	wait_for_ever();
}

static __attribute__((noinline)) void uart_wait(volatile uint32_t *registers)
{
	while (!(registers[FLAGS / 4] & TRANSMITTER_EMPTY))
		cpu_pause();
}

static void absent_uart(const struct hobnail_boot *boot)
{
	uart_wait((volatile uint32_t *)(boot->device_map + CLOCK));
}

/* PSCI 1.1, "SYSTEM_RESET"; QEMU's virt machine without EL2 and EL3 takes HVC. */
static void reset(const struct hobnail_boot *boot)
{
	register uint64_t x0 __asm__("x0") = 0x84000009;

	(void)boot;
	__asm__ volatile("hvc #0" : "+r"(x0) : : "memory");
	wait_for_ever();
}

static const struct way ways[] = {
	{ "vectors", vectors_nowhere },
	{ "again", again_and_again },
	{ "wait", wait },
	{ "uart", absent_uart },
	{ "reset", reset },
};

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	voice_open(boot);
	say("about to fail: %s", hobnail_text(boot, boot->cmdline));
	fail_as_told(boot, ways, COUNT_OF(ways));
}
