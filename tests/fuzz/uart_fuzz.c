/* A UART whose registers answer whatever the input says, and then that it is ready, or over and over the same: only
 * its own registers are touched, with widths that exist; waiting ends; what is written is the text, with CR before
 * LF. */
#include "fuzz.h"
#include "uart.h"

enum { TEXT_MOST = 64, OVER_AND_OVER = 0xdd /* costs UART_PATIENCE reads: rarely */ };

struct port {
	struct input replies;
	size_t next;
	bool repeats;
	uint64_t reads;
	struct uart uart;
	char sent[2 * TEXT_MOST];
	size_t sent_bytes;
};

static void require_register(const struct port *port, uint64_t offset, unsigned bytes)
{
	static const uint64_t status[] = { 0, 5, 5, 0x18, 0x14 };
	uint32_t kind = port->uart.kind;
	bool is_16550 = kind == HOBNAIL_CONSOLE_16550_PORT || kind == HOBNAIL_CONSOLE_16550_MMIO;

	require(kind >= HOBNAIL_CONSOLE_16550_PORT && kind <= HOBNAIL_CONSOLE_BCM2835);
	require(bytes == 1 || bytes == 2 || bytes == 4);
	require(offset == 0 || offset == status[kind] << (is_16550 ? port->uart.register_shift : 0));
	require(kind != HOBNAIL_CONSOLE_16550_PORT || bytes == 1);
}

static uint32_t read_register(void *context, uint64_t offset, unsigned bytes)
{
	struct port *port = context;

	require_register(port, offset, bytes);
	port->reads++;
	if (port->next < port->replies.left || (port->repeats && port->replies.left))
		return port->replies.at[port->next++ % port->replies.left];
	return port->uart.kind == HOBNAIL_CONSOLE_PL011 ? 0 : 0x60;
}

static void write_register(void *context, uint64_t offset, unsigned bytes, uint32_t value)
{
	struct port *port = context;

	require_register(port, offset, bytes);
	require(offset == 0 && value <= 0xff && port->sent_bytes < sizeof port->sent);
	port->sent[port->sent_bytes++] = (char)value;
}

static void check_sent(const struct port *port, const char *text, size_t bytes)
{
	size_t at = 0;

	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '\n')
			require(port->sent[at++] == '\r');
		require(port->sent[at++] == text[i]);
	}
	require(at == port->sent_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	struct port port = { .uart = { .read = read_register, .write = write_register } };
	char text[TEXT_MOST];

	port.uart.kind = pick(&in, 8);
	port.uart.register_shift = pick(&in, 4);
	port.uart.access_bytes = pick(&in, 10);
	port.uart.context = &port;
	port.repeats = pick(&in, 256) == OVER_AND_OVER;
	size_t length = pick(&in, TEXT_MOST);
	for (size_t i = 0; i < length; i++)
		text[i] = (char)take(&in, 1);
	port.replies = in;

	bool known = port.uart.kind >= HOBNAIL_CONSOLE_16550_PORT && port.uart.kind <= HOBNAIL_CONSOLE_BCM2835;
	require(!uart_present(&port.uart) || known);
	uart_write(&port.uart, text, length);
	if (known)
		check_sent(&port, text, length);
	uart_drain(&port.uart);
	int byte = uart_get(&port.uart);
	require(byte >= -1 && byte <= 0xff);
	/* One wait that was in vain, after others that were nearly so. */
	require(port.reads <= (port.replies.left + 1) * (2 * length + 4) + UART_PATIENCE);
	return 0;
}
