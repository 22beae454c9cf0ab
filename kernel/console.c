#include "console.h"

#include "arch.h"
#include "format.h"
#include "mmio.h"
#include "uart.h"

/* One processor runs pith so far, so there is no lock. */
static struct hobnail_console device;
static struct uart uart;

static uint64_t register_at(uint64_t offset)
{
	return (device.virt ? device.virt : device.phys) + offset;
}

static bool by_port(void)
{
	return device.kind == HOBNAIL_CONSOLE_16550_PORT;
}

static uint32_t read_register(void *context, uint64_t offset, unsigned bytes)
{
	(void)context;
	return by_port() ? arch_port_read((uint16_t)register_at(offset), bytes) : mmio_read(register_at(offset), bytes);
}

static void write_register(void *context, uint64_t offset, unsigned bytes, uint32_t value)
{
	(void)context;
	if (by_port())
		arch_port_write((uint16_t)register_at(offset), bytes, value);
	else
		mmio_write(register_at(offset), bytes, value);
}

void console_open(const struct hobnail_console *console)
{
	device = *console;
	uart = (struct uart){
		.kind = console->kind,
		.register_shift = console->register_shift,
		.access_bytes = console->access_bytes,
		.read = read_register,
		.write = write_register,
	};
}

void console_write(const char *text, uint64_t bytes)
{
	uart_write(&uart, text, bytes);
}

void console_print(const char *text, ...)
{
	char line[512];
	va_list arguments;

	va_start(arguments, text);
	size_t bytes = format_v(line, sizeof line, text, arguments);
	va_end(arguments);
	console_write(line, bytes);
}

bool console_present(void)
{
	return uart_present(&uart);
}

void console_drain(void)
{
	uart_drain(&uart);
}
