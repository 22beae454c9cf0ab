/* power.h — the end of a run. */
#ifndef KERNEL_POWER_H
#define KERNEL_POWER_H

#include <hobnail/boot.h>
#include <stdbool.h>

enum power_status {
	POWER_GOOD = 0,
	POWER_BROKEN_PROMISE = 1,
	POWER_FAULT = 2,   /* pith itself faulted */
	POWER_PROGRAM = 3, /* the first process ended with a status that is not 0 */
};

/* Chooses how power_end() ends: with a status for the emulator, or by switching off. `boot` need not be a valid
 * record. */
void power_choose(const struct hobnail_boot *boot, bool exit_status);

/* Drains the console, then ends the machine. If that is impossible, prints the reason and waits for ever. */
_Noreturn void power_end(enum power_status status);

#endif
