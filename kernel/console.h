/* console.h — the output of pith and its programs: the debug port, the display, and a log in memory. */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

#include <hobnail/boot.h>
#include <stdbool.h>

enum { CONSOLE_LOG_BYTES = 65536 };

/* Uses this port from now on; kind NONE: no port. */
void console_open(const struct hobnail_console *console);

void console_print(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* Prints `bytes` bytes unchanged; no other output comes in between. */
void console_write(const char *text, uint64_t bytes);

/* The next byte of input, or -1. */
int console_read(void);

/* Copies the log from byte *from on, or from the oldest byte that is left; returns the number of bytes and advances
 * *from past them. A full log drops its older half. */
uint64_t console_log(uint64_t *from, char *out, uint64_t bytes);

/* Does a device answer at the port? */
bool console_present(void);

/* Waits, for a bounded time, until all output has left the port. */
void console_drain(void);

/* For stop_others(): waits at most 100 ms for the processor that is printing a line. Other processors stop when they
 * try to print. */
void console_break(void);

#endif
