/* preflight.h — boots that preflight refuses, or shows. For one file of a program: what it holds is static. Include it
 * behind cmocka.h. */
#ifndef TESTS_FIRMWARE_PREFLIGHT_H
#define TESTS_FIRMWARE_PREFLIGHT_H

#include "world.h"

static inline void make_verbose(enum machine machine, enum world_kernel kernel)
{
	world_make(machine, kernel);
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
}

static inline void refuses_with(const char *advice, const char *said)
{
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	const char *why = world_judge();
	if (why)
		fail_msg("%s", why);
	if (!world_said(said) || !world_said(advice))
		fail_msg("it said: %s", fake.console);
}

static inline void refuses(const char *said)
{
	refuses_with("Try: these tables are the loader's own", said);
	assert_true(world_said("hobnail: cannot prove the hand-off to \\boot\\kernel.elf: "));
	assert_true(world_said("(ERR_PREFLIGHT;"));
}

#endif
