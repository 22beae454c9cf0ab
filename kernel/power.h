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

/* Remember how to end: with a status for the emulator, or just by switching off. `boot` may be no record. */
void power_choose(const struct hobnail_boot *boot, bool exit_status);

/* Let the console finish, then end the machine; where that is impossible say so and wait for ever. */
_Noreturn void power_end(enum power_status status);

#endif
