#include "uart.h"

/* The properties of one kind of UART. */
struct kind {
	uint16_t status;      /* offset of the status register; data is at 0                */
	bool shifted;         /* offsets are register numbers, to be shifted                */
	bool clear;           /* the bits below count when clear                            */
	uint8_t received;     /* a byte waits                                               */
	uint8_t ready;        /* there is room for a byte                                   */
	uint8_t idle;         /* the last bit has left                                      */
	uint8_t widths;       /* access widths that work (1 | 2 | 4)                        */
	uint8_t width;        /* the one to use when the console names none that works      */
};

/* TI PC16550D data sheet, "Line Status Register": DR, THRE, TEMT.
 * Arm PL011 TRM (DDI 0183), "Flag register, UARTFR": RXFE, TXFF, BUSY; Arm BSA, "Generic UART": 16- or 32-bit access.
 * BCM2835 ARM Peripherals, "Mini UART", AUX_MU_LSR_REG: data ready, transmitter empty, transmitter idle. */
static const struct kind kinds[] = {
	[HOBNAIL_CONSOLE_16550_PORT] = { 5, true, false, 1u << 0, 1u << 5, 1u << 6, 1, 1 },
	[HOBNAIL_CONSOLE_16550_MMIO] = { 5, true, false, 1u << 0, 1u << 5, 1u << 6, 1 | 2 | 4, 1 },
	[HOBNAIL_CONSOLE_PL011] = { 0x18, false, true, 1u << 4, 1u << 5, 1u << 3, 2 | 4, 4 },
	[HOBNAIL_CONSOLE_BCM2835] = { 0x14, false, false, 1u << 0, 1u << 5, 1u << 6, 4, 4 },
};

/* An absent status register reads all ones; none of these UARTs can be both full and empty. */
enum { ABSENT = 0xff };

static const struct kind *kind_of(const struct uart *u)
{
	return u->kind != HOBNAIL_CONSOLE_NONE && u->kind < COUNT_OF(kinds) ? &kinds[u->kind] : NULL;
}

static unsigned width_of(const struct uart *u, const struct kind *k)
{
	return is_power_of_two(u->access_bytes) && (k->widths & u->access_bytes) ? u->access_bytes : k->width;
}

static uint32_t status_of(const struct uart *u, const struct kind *k)
{
	return u->read(u->context, (uint64_t)k->status << (k->shifted ? u->register_shift : 0), width_of(u, k));
}

static bool status_says(const struct kind *k, uint32_t status, uint32_t bit)
{
	return k->clear ? !(status & bit) : (status & bit) != 0;
}

/* Wait for a status bit: at most UART_PATIENCE reads, or one read if that was in vain before. */
static void wait_for(struct uart *u, const struct kind *k, uint32_t bit)
{
	for (unsigned left = u->stuck ? 1 : UART_PATIENCE; left; left--)
		if (status_says(k, status_of(u, k), bit))
			return;
	u->stuck = true;
}

bool uart_present(const struct uart *u)
{
	const struct kind *k = kind_of(u);

	return k && (status_of(u, k) & ABSENT) != ABSENT;
}

static void put_raw(struct uart *u, const struct kind *k, char c)
{
	wait_for(u, k, k->ready);
	u->write(u->context, 0, width_of(u, k), (uint8_t)c);
}

void uart_put(struct uart *u, char c)
{
	const struct kind *k = kind_of(u);

	if (!k)
		return;
	if (c == '\n')
		put_raw(u, k, '\r');
	put_raw(u, k, c);
}

void uart_write(struct uart *u, const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		uart_put(u, text[i]);
}

void uart_drain(struct uart *u)
{
	const struct kind *k = kind_of(u);

	if (k)
		wait_for(u, k, k->idle);
}

int uart_get(struct uart *u)
{
	const struct kind *k = kind_of(u);

	if (!k)
		return -1;
	uint32_t status = status_of(u, k);
	if ((status & ABSENT) == ABSENT || !status_says(k, status, k->received))
		return -1;
	return (int)(u->read(u->context, 0, width_of(u, k)) & 0xff);
}
