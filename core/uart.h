/* uart.h — bounded output on the UARTs a debug console can be: 16550, PL011, BCM2835 mini UART.
 *
 * Register access goes through the caller, so that loader, kernel and host tests drive the same code. Nothing here
 * allocates, waits for ever, or needs interrupts: a port that never becomes ready costs at most UART_PATIENCE status
 * reads once, and is then written without waiting.
 *
 * 16550       register n lies at n << register_shift; ports are always read and written by bytes
 * PL011       registers at their fixed offsets, by 4 bytes, or by 2 where access_bytes says so
 * BCM2835     offset 0 is AUX_MU_IO_REG, the auxiliary block's base + 0x40; always by 4 bytes
 *
 * Baud rate and line settings are left as the firmware set them. */
#ifndef CORE_UART_H
#define CORE_UART_H

#include <hobnail/boot.h>

#include "base.h"

enum { UART_PATIENCE = 100000 }; /* status reads before a port counts as stuck */

struct uart {
	uint32_t kind;           /* HOBNAIL_CONSOLE_*; NONE: every call does nothing */
	uint32_t register_shift;
	uint32_t access_bytes;
	bool stuck;              /* gave up waiting: from now on one status read per byte */
	/* `offset` is in bytes from the first register (or port); `bytes` is the access width */
	uint32_t (*read)(void *context, uint64_t offset, unsigned bytes);
	void (*write)(void *context, uint64_t offset, unsigned bytes, uint32_t value);
	void *context;
};

/* Is the UART there? Not if its status register reads all ones. One read; never hangs. */
bool uart_present(const struct uart *u);

/* Write one byte; '\n' is sent as CR LF. */
void uart_put(struct uart *u, char c);

void uart_write(struct uart *u, const char *text, size_t bytes);

/* Wait (bounded) until the last byte has left the transmitter: before power-off or reset. */
void uart_drain(struct uart *u);

/* A received byte, or -1 when there is none. */
int uart_get(struct uart *u);

#endif
