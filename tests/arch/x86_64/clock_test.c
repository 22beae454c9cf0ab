/* arch_counter_measure(): the rate of the time-stamp counter by ACPI's timer, over both clocks of machine.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arch.h"
#include "boot.h"
#include "machine.h"
#include "timer.h"

static const uint64_t tsc_hz = 3000000000;

static const void *map(void *context, paddr at, uint64_t bytes)
{
	(void)context, (void)bytes;
	return (const void *)(uintptr_t)at;
}

/* A machine whose FADT names a timer at this port; 0: none. */
static struct boot *make(uint16_t port)
{
	static struct boot b;
	struct problem why;

	machine_reset();
	world_make(FAKE_X86_64, KERNEL_LIMINE);
	world_fadt(port, 0);
	b = (struct boot){ .facts.has_acpi = true };
	assert_int_equal(acpi_open((struct table_reader){ map, NULL }, fake.options.rsdp, &b.facts.acpi, &why), OK);
	return &b;
}

/* Off by a thousandth at most. */
static void is_measured(const struct boot *b)
{
	uint64_t hz = arch_counter_measure(b);

	if (hz < tsc_hz - tsc_hz / 1000 || hz > tsc_hz + tsc_hz / 1000)
		fail_msg("%llu Hz", (unsigned long long)hz);
}

/* The timer's 24 bits wrap at any moment of the 5 ms; its other bits are not 0. */
static void the_rate_is_measured_wherever_the_timer_wraps(void **state)
{
	(void)state;
	for (uint64_t begin = 0; begin < 10000000; begin += 123457) {
		struct boot *b = make(MACHINE_PM_TIMER);
		machine.ns = begin;
		is_measured(b);
		assert_true(machine.ns - begin >= 5000000);
		assert_true(machine.ns - begin < 6000000);
	}
}

/* A reading of the timer may take as long as a trap to a hypervisor, or to the firmware. */
static void slow_readings_do_not_change_the_rate(void **state)
{
	static const uint64_t ns[] = { 1, 300, 1000, 5000, 20000 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(ns); i++) {
		struct boot *b = make(MACHINE_PM_TIMER);
		machine.timer_read_ns = ns[i];
		is_measured(b);
	}
}

static void a_machine_that_stands_still_meanwhile_does_not_change_the_rate(void **state)
{
	static const uint64_t ns[] = { 1000, 50000, 1000000, 30000000 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(ns); i++)
		for (unsigned first = 0; first < 4; first++) {
			struct boot *b = make(MACHINE_PM_TIMER);
			machine.stall_ns = ns[i];
			machine.readings = first;
			is_measured(b);
		}
}

/* Nothing is measured, and nothing waits for ever. */
static void without_a_timer_that_counts_there_is_no_rate(void **state)
{
	(void)state;
	assert_int_equal(arch_counter_measure(&(struct boot){ .fw.boot = NULL }), 0);
	assert_int_equal(arch_counter_measure(make(0)), 0);
	assert_int_equal(arch_counter_measure(make(MACHINE_PM_TIMER + 4)), 0); /* ones */
	struct boot *b = make(MACHINE_PM_TIMER);
	machine.timer_stands = true;
	assert_int_equal(arch_counter_measure(b), 0);
}

static void a_timer_that_stops_ends_the_measurement(void **state)
{
	(void)state;
	for (uint64_t ns = 10000; ns < 5000000; ns += 499999) {
		struct boot *b = make(MACHINE_PM_TIMER);
		machine.timer_stops_ns = ns;
		assert_int_equal(arch_counter_measure(b), 0);
		assert_true(machine.ns < 3000000000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rate_is_measured_wherever_the_timer_wraps),
		cmocka_unit_test(slow_readings_do_not_change_the_rate),
		cmocka_unit_test(a_machine_that_stands_still_meanwhile_does_not_change_the_rate),
		cmocka_unit_test(without_a_timer_that_counts_there_is_no_rate),
		cmocka_unit_test(a_timer_that_stops_ends_the_measurement),
	};

	return cmocka_run_group_tests_name("arch/x86_64/clock", tests, NULL, NULL);
}
