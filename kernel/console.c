#include "console.h"

#include "arch.h"
#include "format.h"
#include "lock.h"
#include "mmio.h"
#include "processor.h"
#include "stop.h"
#include "string.h"
#include "terminal.h"
#include "uart.h"

static struct lock lock;
static struct hobnail_console device;
static struct uart uart;
static char text_log[CONSOLE_LOG_BYTES];
static uint64_t log_used;
static uint64_t log_gone; /* bytes dropped before those in text_log */

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

/* No lock while one processor runs: with translation off its atomic instructions may not work. */
static void take(void)
{
	if (!cpu_count || stop_is_ours())
		return;
	lock_take(&lock);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (stop_is_wanted())
		arch_halt();
}

static void give(void)
{
	if (cpu_count && !stop_is_ours())
		lock_give(&lock);
}

static void log_write(const char *text, uint64_t bytes)
{
	const uint64_t half = CONSOLE_LOG_BYTES / 2;

	if (bytes > half) {
		text += bytes - half;
		bytes = half;
	}
	if (log_used + bytes > CONSOLE_LOG_BYTES) {
		memmove(text_log, text_log + log_used - half, half);
		log_gone += log_used - half;
		log_used = half;
	}
	memcpy(text_log + log_used, text, bytes);
	log_used += bytes;
}

void console_write(const char *text, uint64_t bytes)
{
	take();
	uart_write(&uart, text, bytes);
	terminal_write(text, bytes);
	log_write(text, bytes);
	give();
}

int console_read(void)
{
	take();
	int byte = uart_get(&uart);
	give();
	return byte;
}

uint64_t console_log(uint64_t *from, char *out, uint64_t bytes)
{
	take();
	uint64_t at = min_u64(max_u64(*from, log_gone), log_gone + log_used) - log_gone;
	bytes = min_u64(bytes, log_used - at);
	memcpy(out, text_log + at, bytes);
	*from = log_gone + at + bytes;
	give();
	return bytes;
}

/* The lock's holder may release it soon, or may have stopped while holding it. Nobody else takes it any more. */
void console_break(void)
{
	const uint64_t patience = 100000000, begin = arch_now();

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	uint32_t serving = __atomic_load_n(&lock.serving, __ATOMIC_ACQUIRE);
	if (serving == __atomic_load_n(&lock.next, __ATOMIC_RELAXED))
		return;
	while (__atomic_load_n(&lock.serving, __ATOMIC_ACQUIRE) == serving && arch_now() - begin < patience)
		arch_pause();
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
