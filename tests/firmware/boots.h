/* boots.h — a run of the world whose kernel must be entered. For one file of a program: what it holds is static.
 * Include it behind cmocka.h. */
#ifndef TESTS_FIRMWARE_BOOTS_H
#define TESTS_FIRMWARE_BOOTS_H

#include "world.h"

/* Runs the world as it is; the record that the kernel gets. */
static inline const struct hobnail_boot *entered(void)
{
	fake_run();
	const char *why = world_judge_entered();
	if (why)
		fail_msg("%s", why);
	return world_record();
}

#endif
