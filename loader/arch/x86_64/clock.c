/* clock.c — the ACPI power-management timer, whose rate is known, and with it the rate of the time-stamp counter. */
#include "arch.h"
#include "boot.h"
#include "cpu.h"
#include "local.h"
#include "timer.h"

/* Faster than any processor's time-stamp counter. It stands in where nothing says the rate: waits only get longer. */
static const uint64_t fastest_tsc_hz = 5000000000;

static uint16_t pm_timer; /* I/O port; 0: use the time-stamp counter */

uint64_t clock_ticks(void)
{
	return pm_timer ? cpu_in32(pm_timer) : cpu_read_tsc();
}

uint64_t clock_since(uint64_t begin)
{
	return pm_timer ? (clock_ticks() - begin) & PM_TIMER_MASK : clock_ticks() - begin;
}

uint64_t clock_ticks_of(uint64_t us)
{
	uint64_t tsc_hz = cpu_tsc_hz();

	return us * (pm_timer ? PM_TIMER_HZ : tsc_hz ? tsc_hz : fastest_tsc_hz) / 1000000;
}

/* A table can name a timer that is not there. Reading a port takes a microsecond, which is four ticks. */
static bool counts(void)
{
	uint64_t begin = clock_ticks();

	for (unsigned i = 0; i < 1000; i++)
		if (clock_since(begin))
			return true;
	return false;
}

void clock_open(const struct boot *b)
{
	pm_timer = b->facts.has_acpi ? acpi_pm_timer(&b->facts.acpi) : 0;
	if (pm_timer && !counts())
		pm_timer = 0;
}

/* Both clocks at one time. `doubt`: ticks of the counter that passed between the readings around the timer's. */
struct moment {
	uint64_t tsc, timer, doubt;
};

/* A virtual machine may stand still between two instructions: of a few readings the shortest counts. */
static struct moment now(void)
{
	struct moment best = { .doubt = UINT64_MAX };

	for (unsigned i = 0; i < 5; i++) {
		uint64_t before = cpu_read_tsc(), timer = clock_ticks(), after = cpu_read_tsc();
		if (after - before < best.doubt)
			best = (struct moment){ before + (after - before) / 2, timer, after - before };
	}
	return best;
}

uint64_t arch_counter_measure(const struct boot *b)
{
	enum { WAIT_US = 5000 };

	clock_open(b);
	if (!pm_timer)
		return 0;
	struct moment begin = now();
	while (clock_since(begin.timer) < clock_ticks_of(WAIT_US)) {
		if (cpu_read_tsc() - begin.tsc > fastest_tsc_hz) /* a second at least: the timer has stopped */
			return 0;
		cpu_pause();
	}
	struct moment end = now();
	return (end.tsc - begin.tsc) * PM_TIMER_HZ / ((end.timer - begin.timer) & PM_TIMER_MASK);
}
