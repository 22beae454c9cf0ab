#include "after/serial.h"

#include "arch.h"
#include "mmio.h"
#include "uart.h"

static struct uart port;
static uint64_t port_base; /* address of the first register, or I/O port number */

static uint32_t memory_read(void *context, uint64_t offset, unsigned bytes)
{
	(void)context;
	return mmio_read((uintptr_t)(port_base + offset), bytes);
}

static void memory_write(void *context, uint64_t offset, unsigned bytes, uint32_t value)
{
	(void)context;
	mmio_write((uintptr_t)(port_base + offset), bytes, value);
}

static uint32_t io_read(void *context, uint64_t offset, unsigned bytes)
{
	(void)context;
	return arch_port_read((uint16_t)(port_base + offset), bytes);
}

static void io_write(void *context, uint64_t offset, unsigned bytes, uint32_t value)
{
	(void)context;
	arch_port_write((uint16_t)(port_base + offset), bytes, value);
}

bool serial_open(const struct hobnail_console *console)
{
	bool io = console->kind == HOBNAIL_CONSOLE_16550_PORT;

	port_base = console->virt ? console->virt : console->phys;
	port = (struct uart){
		.kind = console->kind,
		.register_shift = console->register_shift,
		.access_bytes = console->access_bytes,
		/* set here and not at link time: the net's copy opens its own port, with its own addresses */
		.read = io ? io_read : memory_read,
		.write = io ? io_write : memory_write,
	};
	if (uart_present(&port))
		return true;
	port.kind = HOBNAIL_CONSOLE_NONE;
	return false;
}

void serial_write(const char *text, size_t bytes)
{
	uart_write(&port, text, bytes);
}

void serial_drain(void)
{
	uart_drain(&port);
}
