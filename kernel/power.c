#include "power.h"

#include "arch.h"
#include "console.h"
#include "processor.h"
#include "stop.h"

static const struct hobnail_boot *record;
static bool with_status;

void power_choose(const struct hobnail_boot *boot, bool exit_status)
{
	record = boot;
	with_status = exit_status;
}

_Noreturn void power_end(enum power_status status)
{
	if (cpu_count && cpus[0]->started)
		stop_others();
	console_drain();
	if (with_status)
		arch_exit(status);
	const char *why = arch_power_off(record);
	console_print("pith: cannot switch off: %s; waiting for ever\n", why);
	console_drain();
	arch_halt();
}
