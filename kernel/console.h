/* console.h — one place for everything that pith and its programs print: the debug port, the display, and a log in memory. */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

#include <hobnail/boot.h>
#include <stdbool.h>

enum { CONSOLE_LOG_BYTES = 65536 };

/* Print on this port from now on; kind NONE: nowhere. */
void console_open(const struct hobnail_console *console);

void console_print(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* `bytes` bytes as they are, in one piece. */
void console_write(const char *text, uint64_t bytes);

/* A byte that was typed, or -1. */
int console_read(void);

/* Copy what was printed from byte *from on, or from the oldest that is still there; how many bytes. *from is behind them then. When
 * the log is full its older half goes. */
uint64_t console_log(uint64_t *from, char *out, uint64_t bytes);

/* Does a device answer there? */
bool console_present(void);

/* Wait (bounded) until everything has left the port. */
void console_drain(void);

/* stop_others()'s: who is in the middle of a line may end it, within 100 ms. Others stop instead of printing. */
void console_break(void);

#endif
