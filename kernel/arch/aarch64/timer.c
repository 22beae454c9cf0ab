/* timer.c — the generic timer (Arm ARM DDI 0487, "The Generic Timer in AArch64 state"): one counter for all processors,
 * and a comparator for each.
 *
 * At EL1 this is the virtual timer, which EL2 cannot trap; at EL2 the physical one, whose EL1 name means EL2's
 * there. */
#include "arch/aarch64/traps.h"

#include "cpu.h"
#include "gic.h"
#include "trap.h"

enum { NS_PER_SECOND = 1000000000 };

/* Fixed point, 32 fractional bits */
static uint64_t ns_per_count, counts_per_ns;

static bool at_el2(void)
{
	return cpu_level() == 2;
}

static void set_control(uint64_t value)
{
	if (at_el2())
		cpu_write(cntp_ctl_el0, value);
	else
		cpu_write(cntv_ctl_el0, value);
	cpu_instruction_barrier();
}

const char *timer_start(void)
{
	uint64_t hz = cpu_read(cntfrq_el0);

	if (hz == 0 || hz > UINT32_MAX)
		return "the firmware has not said how fast the counter is (CNTFRQ_EL0)";
	ns_per_count = ((uint64_t)NS_PER_SECOND << 32) / hz;
	counts_per_ns = (hz << 32) / NS_PER_SECOND;
	return NULL;
}

unsigned timer_interrupt(void)
{
	return at_el2() ? GIC_TIMER_EL2 : GIC_TIMER_VIRTUAL;
}

static uint64_t times(uint64_t n, uint64_t factor)
{
	return (uint64_t)((unsigned __int128)n * factor >> 32);
}

uint64_t arch_now(void)
{
	return times(cpu_counter(), ns_per_count);
}

/* For a long time the interrupt comes early, because the factors are rounded: trap_timer() sets it again. */
void arch_timer_set(uint64_t at)
{
	const uint64_t most = 3600ull * NS_PER_SECOND;
	uint64_t counter = cpu_counter(), now = times(counter, ns_per_count);

	set_control(0);
	if (at == UINT64_MAX)
		return;
	uint64_t compare = counter + (at > now ? times(at - now < most ? at - now : most, counts_per_ns) + 2 : 0);
	if (at_el2())
		cpu_write(cntp_cval_el0, compare);
	else
		cpu_write(cntv_cval_el0, compare);
	set_control(CNT_ENABLE);
}

/* false: the interrupt was pending from before the timer was set again. */
bool timer_take(void)
{
	uint64_t control = at_el2() ? cpu_read(cntp_ctl_el0) : cpu_read(cntv_ctl_el0);

	if (!(control & CNT_ISTATUS))
		return false;
	set_control(0);
	return true;
}
