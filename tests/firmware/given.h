/* given.h — facts that the entered kernel was given, whichever protocol it speaks. */
#ifndef TESTS_FIRMWARE_GIVEN_H
#define TESTS_FIRMWARE_GIVEN_H

#include "world.h"

struct given_screen {
	uint64_t width, height, pitch, bits;
	uint64_t red, green, blue; /* masks */
};

struct given {
	uint64_t screens;
	struct given_screen screen; /* the first */
	uint64_t cpus;
	bool acpi, smbios, device_tree, time, random;
	uint64_t seconds; /* since 1970; 0: not known */
};

/* After a run that world_judge() has found good, and that entered a kernel. */
struct given world_given(void);

#endif
