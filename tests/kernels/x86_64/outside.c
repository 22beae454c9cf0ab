/* outside.c — failures that no handler of the loader's can report, because the kernel has taken away what the net
 * needs, and failures that raise no exception. One word of the command line, one way; `hobnail run` explains each from
 * outside. */
#include "machine.h"

#include "kernel.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(devices, HOBNAIL_REQUEST_DEVICE_MAP | HOBNAIL_REQUIRED, 0xffffa00000000000);

enum { PRESENT = 1, WRITABLE = 2, RESET_CONTROL = 0xcf9, FULL_RESET = 6 };
#define NO_EXECUTE (1ull << 63)
#define ABSENT_UART 0xfe034000ull /* physical: nothing is there on a PC of QEMU's */
#define LINE_STATUS 5
#define TRANSMITTER_EMPTY 0x20
#define TRIES 20000000 /* some seconds */

static void write_null(void)
{
	*(volatile char *)8 = 1;
}

/* ---- Page tables of the kernel's own ---------------------------------------------------------------------- */

static uint64_t tables[4][512] __attribute__((aligned(4096))); /* PT, PD, PDPT, PML4 */

/* Map the kernel alone, page by page, with `rights` in every entry. */
static uint64_t map_kernel(const struct hobnail_boot *boot, uint64_t rights)
{
	for (uint32_t i = 0; i < boot->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(boot, &boot->segments, i);
		for (uint64_t at = s->virt & ~4095ull; at < s->virt + s->bytes; at += 4096)
			tables[0][at >> 12 & 511] = (at - s->virt + s->phys) | rights;
	}
	for (unsigned level = 1; level < 4; level++)
		tables[level][(uintptr_t)tables >> (12 + 9 * level) & 511] = phys_of(boot, tables[level - 1]) | rights;
	return phys_of(boot, tables[3]);
}

/* The next instruction is not executable, nor is any handler. */
static void no_execute_everywhere(const struct hobnail_boot *boot)
{
	cpu_write_cr3(map_kernel(boot, PRESENT | WRITABLE | NO_EXECUTE));
}

/* The stack is missing, and so is the net. */
static void kernel_only(const struct hobnail_boot *boot)
{
	cpu_write_cr3(map_kernel(boot, PRESENT | WRITABLE));
	wait_for_ever(); /* a call */
}

/* ---- Descriptor tables ------------------------------------------------------------------------------------- */

static struct descriptor_gate idt[VECTORS];

static void load_idt(void (*handler)(void))
{
	const struct descriptor_table idtr = { sizeof idt - 1, (uintptr_t)idt };

	for (unsigned i = 0; i < VECTORS; i++)
		idt[i] = descriptor_gate((uintptr_t)handler, 8, 0);
	__asm__ volatile("lidt %0" : : "m"(idtr));
}

static void handler_waits(void)
{
	wait_for_ever();
}

/* The exception's frame would have to go onto the stack that has overflowed. */
static void overflow(const struct hobnail_boot *boot)
{
	(void)boot;
	load_idt(handler_waits);
	say("%u", fill_stack(0));
}

/* A GDT as many kernels have it, code at 0x28, while the net's gates name selector 8. */
static void other_gdt(const struct hobnail_boot *boot)
{
	enum { CODE = 0x28, DATA = 0x30 };
	static const uint64_t gdt[] = { 0, 0, 0, 0, 0, SEGMENT_CODE_64, SEGMENT_DATA };
	const struct descriptor_table gdtr = { sizeof gdt - 1, (uintptr_t)gdt };

	(void)boot;
	__asm__ volatile("lgdt %0\n\t"
	                 "pushq %1\n\t"
	                 "lea 1f(%%rip), %%rax\n\t"
	                 "push %%rax\n\t"
	                 "lretq\n"
	                 "1:\tmov %2, %%ss" : : "m"(gdtr), "i"(CODE), "r"(DATA) : "rax", "memory");
	write_null();
}

static void no_idt(const struct hobnail_boot *boot)
{
	const struct descriptor_table idtr = { 0, 0 };

	(void)boot;
	__asm__ volatile("lidt %0" : : "m"(idtr));
	write_null();
}

/* ---- Handlers that do not help ------------------------------------------------------------------------------ */

static __attribute__((naked)) void handler_returns(void)
{
	__asm__("add $8, %rsp\n\t" /* the error code */
	        "iretq");
}

/* The handler ignores the fault: the instruction is executed again, and faults again. */
static void again_and_again(const struct hobnail_boot *boot)
{
	(void)boot;
	load_idt(handler_returns);
	write_null();
}

static void handler_faults(void)
{
	*(volatile char *)0x1238 = 1;
}

/* Each fault of the handler calls the handler, until the stack is full. */
static void faulty_handler(const struct hobnail_boot *boot)
{
	(void)boot;
	load_idt(handler_faults);
	write_null();
}

/* ---- No exception ------------------------------------------------------------------------------------------- */

static void wait(const struct hobnail_boot *boot)
{
	(void)boot;
	wait_for_ever();
}

static __attribute__((noinline)) void uart_wait(volatile uint8_t *registers)
{
	while (!(registers[LINE_STATUS] & TRANSMITTER_EMPTY))
		cpu_pause();
}

static void absent_uart(const struct hobnail_boot *boot)
{
	cpu_interrupts_off();
	uart_wait((volatile uint8_t *)(boot->device_map + ABSENT_UART));
}

/* Waits with an end: the counter is on the stack alone, as without optimisation. */
static void patient_uart(const struct hobnail_boot *boot)
{
	volatile uint8_t *registers = (volatile uint8_t *)(boot->device_map + ABSENT_UART);
	uint64_t tries = 0;

	cpu_interrupts_off();
	__asm__ volatile("1: incq %0\n"
	                 "cmpq %2, %0\n"
	                 "jae 2f\n"
	                 "testb %3, %1\n"
	                 "jz 1b\n"
	                 "2:" : "+m"(tries) : "m"(registers[LINE_STATUS]), "i"(TRIES), "i"(TRANSMITTER_EMPTY) : "cc");
}

/* The same, with its count in memory that no register points to. */
static volatile uint64_t count;

static void counting_uart(const struct hobnail_boot *boot)
{
	volatile uint8_t *registers = (volatile uint8_t *)(boot->device_map + ABSENT_UART);

	cpu_interrupts_off();
	__asm__ volatile("1: incq %0\n"
	                 "cmpq %2, %0\n"
	                 "jae 2f\n"
	                 "testb %3, %1\n"
	                 "jz 1b\n"
	                 "2:" : "+m"(count) : "m"(registers[LINE_STATUS]), "i"(TRIES), "i"(TRANSMITTER_EMPTY) : "cc");
}

static void reset(const struct hobnail_boot *boot)
{
	(void)boot;
	cpu_out8(RESET_CONTROL, FULL_RESET);
	wait_for_ever();
}

static const struct way ways[] = {
	{ "nx", no_execute_everywhere },
	{ "kernel-only", kernel_only },
	{ "overflow", overflow },
	{ "gdt", other_gdt },
	{ "no-idt", no_idt },
	{ "again", again_and_again },
	{ "faulty-handler", faulty_handler },
	{ "wait", wait },
	{ "uart", absent_uart },
	{ "patient", patient_uart },
	{ "counting", counting_uart },
	{ "reset", reset },
};

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	voice_open(boot);
	say("about to fail: %s", hobnail_text(boot, boot->cmdline));
	fail_as_told(boot, ways, COUNT_OF(ways));
}
