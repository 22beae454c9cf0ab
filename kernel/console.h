/* console.h — the debug console: one place for every line that pith prints. */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

#include <hobnail/boot.h>
#include <stdbool.h>

/* Print on this console from now on; kind NONE: nowhere. */
void console_open(const struct hobnail_console *console);

void console_print(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* `bytes` bytes as they are. */
void console_write(const char *text, uint64_t bytes);

/* Does a device answer there? */
bool console_present(void);

/* Wait (bounded) until everything has left the port. */
void console_drain(void);

#endif
