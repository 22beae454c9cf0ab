/* clock.c — the time-stamp counter gives the time, the local APIC's timer gives interrupts. Most processors do not
 * report the frequency of either, so both are measured once, against a clock of known frequency. */
#include "cpu.h"
#include "memory.h"
#include "processor.h"
#include "timer.h"

/* ---- Clocks of known frequency ------------------------------------------------------------------------- */

struct known_clock {
	uint64_t (*read)(void); /* counts up ...       */
	uint64_t mask;          /* ... modulo this + 1 */
	uint64_t hz;
};

static uint16_t pm_timer;

static uint64_t pm_timer_read(void)
{
	return cpu_in32(pm_timer);
}

static void pit_start(void)
{
	cpu_out8(PORT_B, (uint8_t)((cpu_in8(PORT_B) & ~PORT_B_SPEAKER) | PORT_B_GATE));
	cpu_out8(PIT_COMMAND, PIT_START);
	cpu_out8(PIT_CHANNEL_2, 0);
	cpu_out8(PIT_CHANNEL_2, 0);
}

static uint64_t pit_read(void)
{
	cpu_out8(PIT_COMMAND, PIT_LATCH);
	uint64_t low = cpu_in8(PIT_CHANNEL_2);
	return 0 - (low | (uint64_t)cpu_in8(PIT_CHANNEL_2) << 8);
}

/* Does the clock count? A table may name a timer that does not exist. One read of a port takes about a microsecond. */
static bool counts(const struct known_clock *c)
{
	uint64_t begin = c->read();

	for (unsigned i = 0; i < 1000; i++)
		if ((c->read() - begin) & c->mask)
			return true;
	return false;
}

static bool find_known_clock(const struct hobnail_boot *boot, struct known_clock *out)
{
	struct acpi acpi;

	*out = (struct known_clock){ cpu_read_tsc, UINT64_MAX, cpu_tsc_hz() };
	if (out->hz)
		return true;
	pm_timer = memory_acpi(boot, &acpi) ? acpi_pm_timer(&acpi) : 0;
	*out = (struct known_clock){ pm_timer_read, PM_TIMER_MASK, PM_TIMER_HZ };
	if (pm_timer && counts(out))
		return true;
	pit_start();
	*out = (struct known_clock){ pit_read, PIT_MASK, PIT_HZ };
	return counts(out);
}

/* ---- Measuring ----------------------------------------------------------------------------------------- */

/* The three counters at one time. */
struct moment {
	uint64_t known, tsc, timer;
};

/* An emulated processor may stop anywhere for a long time, so this takes the quickest of several reads. */
static struct moment moment_now(const struct known_clock *c)
{
	struct moment best = { 0 };
	uint64_t shortest = UINT64_MAX;

	for (unsigned i = 0; i < 8; i++) {
		struct moment m = { .tsc = cpu_read_tsc() };
		m.known = c->read();
		m.timer = UINT32_MAX - apic_timer_left();
		uint64_t took = cpu_read_tsc() - m.tsc;
		if (took < shortest) {
			shortest = took;
			best = m;
		}
	}
	return best;
}

static uint64_t tick_ns;  /* nanoseconds per tick of the time-stamp counter, times 2^32 */
static uint64_t ns_ticks; /* ticks of the timer per nanosecond, times 2^32 */

static uint64_t scaled(uint64_t n, uint64_t scale)
{
	return (uint64_t)((unsigned __int128)n * scale >> 32);
}

const char *clock_start(const struct hobnail_boot *boot)
{
	enum { MEASURED_PER_S = 40 }; /* 25 ms: the PIT wraps after 55 */
	struct known_clock c;

	if (!find_known_clock(boot, &c))
		return "neither the ACPI timer nor the PIT counts";
	apic_timer_start(UINT32_MAX);
	struct moment begin = moment_now(&c), end;
	do
		end = moment_now(&c);
	while (((end.known - begin.known) & c.mask) < c.hz / MEASURED_PER_S);
	apic_timer_start(0);

	uint64_t known = (end.known - begin.known) & c.mask;
	uint64_t ns = known * 1000000000 / c.hz;
	if (end.tsc == begin.tsc || end.timer == begin.timer)
		return "the local APIC's timer does not count";
	tick_ns = (ns << 32) / (end.tsc - begin.tsc);
	ns_ticks = ((end.timer - begin.timer) << 32) / ns;
	return NULL;
}

/* ---- Time ---------------------------------------------------------------------------------------------- */

/* The processors' counters may differ slightly; `latest` keeps time monotonic. */
uint64_t arch_now(void)
{
	static uint64_t latest;
	uint64_t now = scaled(cpu_read_tsc(), tick_ns), seen = __atomic_load_n(&latest, __ATOMIC_RELAXED);

	while (now > seen)
		if (__atomic_compare_exchange_n(&latest, &seen, now, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return now;
	return seen;
}

/* The timer has 32 bits: for a longer time it interrupts too early, and clock_timer_is_due() sets it again. */
void arch_timer_set(uint64_t at)
{
	uint64_t now = arch_now();
	uint64_t ticks = at <= now ? 1 : scaled(at - now, ns_ticks) + 1;

	arch_this_cpu()->arch.timer_at = at;
	apic_timer_start(at == UINT64_MAX ? 0 : (uint32_t)min_u64(ticks, UINT32_MAX));
}

bool clock_timer_is_due(void)
{
	struct arch_cpu *c = &arch_this_cpu()->arch;

	if (arch_now() < c->timer_at) {
		arch_timer_set(c->timer_at);
		return false;
	}
	c->timer_at = UINT64_MAX;
	return true;
}
