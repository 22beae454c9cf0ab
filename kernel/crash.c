#include "crash.h"

#include "arch.h"
#include "panic.h"
#include "words.h"

/* Each call needs more of the stack, until there is none. */
static __attribute__((noinline)) unsigned sink(volatile unsigned depth)
{
	volatile unsigned char filler[256];

	filler[depth % sizeof filler] = (unsigned char)depth;
	return (depth ? sink(depth + 1) : 0) + filler[depth % sizeof filler];
}

static __attribute__((noinline)) void call_null(void)
{
	void (*volatile nowhere)(void) = 0;

	nowhere();
}

/* The stack overflows, and the exception of that cannot be handled either. */
static void sink_twice(unsigned one)
{
	const char *why = arch_faults_double();

	if (why)
		panic("crash=double: %s", why);
	sink(one);
}

void crash_if_asked(const char *words)
{
	volatile unsigned one = 1;

	if (words_have(words, "crash=stack"))
		sink(one);
	if (words_have(words, "crash=double"))
		sink_twice(one);
	if (words_have(words, "crash=null"))
		call_null();
	if (words_have(words, "crash=assert"))
		must(one + one == 3);
}
