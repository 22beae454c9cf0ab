/* kernel_stubs.h — what pure parts of the kernel call that is not: a panic ends the test as failed, unless it is
 * expected. */
#ifndef TESTS_KERNEL_STUBS_H
#define TESTS_KERNEL_STUBS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lock.h"
#include "panic.h"

static jmp_buf panicked;
static bool panic_expected;

void arch_spin(void)
{
	fail_msg("a lock is waited for: its holder has not given it back");
}

_Noreturn void panic(const char *text, ...)
{
	va_list arguments;

	if (panic_expected)
		longjmp(panicked, 1);
	va_start(arguments, text);
	vfprintf(stderr, text, arguments);
	va_end(arguments);
	fail();
	abort();
}

/* Does the statement panic? */
#define panics(statement) \
	(panic_expected = true, \
	 setjmp(panicked) == 0 ? ((void)(statement), panic_expected = false) : (panic_expected = false, true))

#endif
