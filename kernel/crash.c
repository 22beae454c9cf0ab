#include "crash.h"

#include "arch.h"
#include "panic.h"
#include "power.h"
#include "processor.h"
#include "string.h"
#include "trespass.h"
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

static void fall(void)
{
	volatile unsigned one = 1;

	must(one + one == 3);
}

static void overflow(void)
{
	sink(1);
}

static void must_be_possible(const char *word, const char *why)
{
	if (why)
		panic("%s: %s", word, why);
}

/* The stack overflows, and the page fault becomes a double fault. */
static void overflow_twice(void)
{
	must_be_possible("crash=double", arch_faults_double());
	sink(1);
}

/* Returns; the next system call on this processor fails. */
static void break_edge(void)
{
	must_be_possible("crash=edge", arch_edge_break());
}

/* Returns; happens only once. */
static void stray(void)
{
	static bool done;

	if (!__atomic_test_and_set(&done, __ATOMIC_RELAXED))
		arch_stray_interrupt();
}

/* All processors end the machine at once, 5 ms after the last one has called this. Every processor must come to the
 * place. */
static void end_together(void)
{
	static unsigned here;
	static uint64_t at;

	if (__atomic_add_fetch(&here, 1, __ATOMIC_RELAXED) == cpu_count)
		__atomic_store_n(&at, arch_now() + 5000000, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&at, __ATOMIC_ACQUIRE) || arch_now() < at)
		arch_spin();
	power_end(POWER_FAULT);
}

static struct {
	void (*fail)(void); /* NULL: nothing is planned */
	enum crash_place place;
	uint64_t at;
} plan;

/* The text behind `prefix`; NULL: `text` does not begin with it. */
static const char *after(const char *text, const char *prefix)
{
	size_t bytes = strlen(prefix);

	return strncmp(text, prefix, bytes) == 0 ? text + bytes : NULL;
}

static uint64_t number(const char *digits)
{
	uint64_t n = 0;

	for (; *digits >= '0' && *digits <= '9'; digits++)
		n = n * 10 + (uint64_t)(*digits - '0');
	return n;
}

/* Plans the failure: `rest` names place and time. */
static void fail_at(void (*fail)(void), const char *rest)
{
	static const char *const places[] = {
		[CRASH_START] = "@start", [CRASH_TICK] = "@tick+", [CRASH_CALL] = "@call+", [CRASH_WRITE] = "@write+",
		[CRASH_REPORT] = "@report",
	};

	for (enum crash_place i = 0; i < COUNT_OF(places); i++)
		if (after(rest, places[i])) {
			plan.place = i;
			plan.at = arch_now() + number(after(rest, places[i])) * 1000000;
			__atomic_store_n(&plan.fail, fail, __ATOMIC_RELEASE);
		}
}

void crash_if_asked(const char *words, bool now)
{
	static const struct {
		const char *word;
		void (*fail)(void);
	} kinds[] = {
		{ "crash=stack", overflow }, { "crash=double", overflow_twice }, { "crash=null", call_null },
		{ "crash=assert", fall }, { "crash=edge", break_edge }, { "crash=end", end_together },
		{ "crash=stray", stray },
		{ "crash=peek", trespass_peek }, { "crash=enter", trespass_enter }, { "crash=text", trespass_text },
		{ "crash=alias", trespass_alias }, { "crash=rodata", trespass_rodata }, { "crash=data", trespass_data },
		{ "crash=direct", trespass_direct },
	};

	while (*words) {
		const char *word = words_next(&words);
		for (size_t i = 0; i < COUNT_OF(kinds); i++)
			if (after(word, kinds[i].word) && *after(word, kinds[i].word) == '@')
				fail_at(kinds[i].fail, after(word, kinds[i].word));
			else if (after(word, kinds[i].word) && now)
				kinds[i].fail();
	}
}

void crash_if_here(enum crash_place place)
{
	void (*fail)(void) = __atomic_load_n(&plan.fail, __ATOMIC_ACQUIRE);

	if (fail && plan.place == place && arch_now() >= plan.at)
		fail();
}
