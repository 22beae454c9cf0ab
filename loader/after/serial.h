/* serial.h — the debug console of the loader itself: bounded, usable before and after exit. */
#ifndef LOADER_SERIAL_H
#define LOADER_SERIAL_H

#include <hobnail/boot.h>
#include <stdbool.h>
#include <stddef.h>

/* Use this console; registers are reached at `virt` if that is not 0, else at `phys`. false: nothing answers there,
 * and nothing will be written. */
bool serial_open(const struct hobnail_console *console);
void serial_write(const char *text, size_t bytes);
void serial_drain(void);

#endif
