#include "kernel.h"

#include "cpu.h"
#include "format.h"
#include "machine.h"
#include "mmio.h"
#include "uart.h"

#include <string.h>

static struct uart uart;
static uint64_t registers;

static uint32_t read_register(void *context, uint64_t offset, unsigned bytes)
{
	(void)context;
	return uart.kind == HOBNAIL_CONSOLE_16550_PORT ? machine_port_read((uint16_t)(registers + offset), bytes)
	                                               : mmio_read(registers + offset, bytes);
}

static void write_register(void *context, uint64_t offset, unsigned bytes, uint32_t value)
{
	(void)context;
	if (uart.kind == HOBNAIL_CONSOLE_16550_PORT)
		machine_port_write((uint16_t)(registers + offset), bytes, value);
	else
		mmio_write(registers + offset, bytes, value);
}

void voice_open(const struct hobnail_boot *boot)
{
	const struct hobnail_console *c = &boot->console;

	registers = c->virt ? c->virt : c->phys;
	uart = (struct uart){
		.kind = c->kind,
		.register_shift = c->register_shift,
		.access_bytes = c->access_bytes,
		.read = read_register,
		.write = write_register,
	};
}

void say(const char *text, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, text);
	size_t bytes = format_v(line, sizeof line, text, arguments);
	va_end(arguments);
	uart_write(&uart, "kernel: ", 8);
	uart_write(&uart, line, bytes);
	uart_write(&uart, "\n", 1);
	uart_drain(&uart);
}

void wait_for_ever(void)
{
	cpu_interrupts_off();
	for (;;)
		cpu_wait_for_interrupt();
}

void give_up(const char *why)
{
	say("FAILED: %s", why);
	wait_for_ever();
}

bool told(const struct hobnail_boot *boot, const char *word)
{
	const char *at = hobnail_text(boot, boot->cmdline);
	size_t bytes = strlen(word);

	for (; *at; at++) {
		bool begins = at == hobnail_text(boot, boot->cmdline) || at[-1] == ' ';
		if (begins && memcmp(at, word, bytes) == 0 && (at[bytes] == 0 || at[bytes] == ' '))
			return true;
	}
	return false;
}
