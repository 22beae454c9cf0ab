/* lies.h — boots on firmware that lies, and on machines that lack things: the boot goes on where it can, else it says
 * why. For one file of a program: what it holds is static. Include it behind cmocka.h. */
#ifndef TESTS_FIRMWARE_LIES_H
#define TESTS_FIRMWARE_LIES_H

#include "world.h"

#define KERNEL "\\boot\\kernel.elf"
#define MODULE "\\boot\\one.bin"

static inline void judged(const char *what, uint64_t n)
{
	const char *why = world_judge();

	if (!why)
		why = world_judge_read_once();
	if (why)
		fail_msg("%s %#llx: %s", what, (unsigned long long)n, why);
}

/* A program about a kernel of another protocol defines it and includes the one about ours. */
#ifndef LIES_KERNEL
#define LIES_KERNEL KERNEL_UPPER
#endif

static inline void plain(void)
{
	world_make(FAKE_X86_64, LIES_KERNEL);
}

static inline void enters(const char *what, uint64_t n)
{
	fake_run();
	judged(what, n);
	if (fake.outcome != FAKE_ENTERED)
		fail_msg("%s %#llx: not entered: %s", what, (unsigned long long)n, fake.console);
}

static inline void refuses(const char *what, uint64_t n, const char *code)
{
	fake_run();
	judged(what, n);
	if (fake.outcome != FAKE_RETURNED || !world_said(code))
		fail_msg("%s %#llx: no %s: %s", what, (unsigned long long)n, code, fake.console);
}

/* Entered or a clear error. */
static inline void survives(const char *what, uint64_t n)
{
	fake_run();
	judged(what, n);
}

#endif
