/* processors.c — time, time slices, and the registers that a process keeps across them. */
#include "registers.h"
#include "tests.h"

/* ---- Time ------------------------------------------------------------------------------------------------------ */

/* Time is monotonic across all processors. */
static void time(const uint64_t number[4])
{
	uint64_t all = processors(), last = sys_clock();

	(void)number;
	for (uint64_t i = 0; i < (quick ? 500 : 5000); i++) {
		EXPECT(sys_pin((int64_t)(i % all)), 0);
		for (unsigned k = 0; k < 4; k++) {
			uint64_t now = sys_clock();
			if (now < last)
				fail("on processor %lu it is %lu ns, after %lu", i % all, now, last);
			last = now;
		}
	}
}

static void sleeping(const uint64_t number[4])
{
	static const uint64_t lengths[] = { 0, 1, MILLISECONDS, 3 * MILLISECONDS, 20 * MILLISECONDS };

	(void)number;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		uint64_t start = sys_clock();
		EXPECT(sys_sleep(lengths[i]), 0);
		CHECK(sys_clock() - start >= lengths[i]);
	}
}

/* On an idle processor a sleep is not always much too long. An emulated processor may stop for a while, so one good try
 * suffices. */
static void punctual(const uint64_t number[4])
{
	uint64_t slept = 0;

	(void)number;
	for (unsigned i = 0; i < 5; i++) {
		uint64_t start = sys_clock();
		EXPECT(sys_sleep(50 * MILLISECONDS), 0);
		slept = sys_clock() - start;
		if (slept < 150 * MILLISECONDS)
			return;
	}
	fail("50 ms take %lu ms", slept / MILLISECONDS);
}

/* ---- Turns ----------------------------------------------------------------------------------------------------- */

static void pin(const uint64_t number[4])
{
	uint64_t all = processors(), self = (uint64_t)sys_getpid();

	(void)number;
	for (uint64_t i = 0; i < 3 * all; i++) {
		EXPECT(sys_pin((int64_t)(i % all)), 0);
		struct pith_process p = process_of(self);
		CHECK(p.processor == i % all && p.pinned == (int64_t)(i % all) && p.state == PITH_RUNNING);
	}
	EXPECT(sys_pin(-1), 0);
	CHECK(process_of(self).pinned == -1);
	EXPECT(sys_pin((int64_t)all), PITH_BAD_ARGUMENT);
	EXPECT(sys_pin(-2), PITH_BAD_ARGUMENT);
	EXPECT(sys_pin(INT64_MAX), PITH_BAD_ARGUMENT);
	EXPECT(sys_pin(1ll << 32), PITH_BAD_ARGUMENT);
}

/* On one processor with a process that never makes a call, this process runs, and so does another one of that kind. */
static void preemption(const uint64_t number[4])
{
	uint64_t last = processors() - 1, pid[2];

	(void)number;
	EXPECT(sys_pin((int64_t)last), 0);
	for (unsigned i = 0; i < 2; i++)
		pid[i] = child_on((int64_t)last, "spin", 0, 0, 0);
	uint64_t start = sys_clock();
	while (sys_clock() - start < 300 * MILLISECONDS)
		sys_sleep(5 * MILLISECONDS);
	uint64_t ran[2] = { process_of(pid[0]).run_ns, process_of(pid[1]).run_ns };
	end(pid[0]);
	end(pid[1]);
	CHECK(ran[0] > 60 * MILLISECONDS && ran[1] > 60 * MILLISECONDS); /* about 150 each */
}

/* As many processes without calls as processors: each gets a processor of its own without being pinned. */
static void balance(const uint64_t number[4])
{
	uint64_t all = processors(), pid[256];

	(void)number;
	for (uint64_t i = 0; i < all && i < 256; i++)
		pid[i] = child("spin", 0, 0, 0);
	sys_sleep(400 * MILLISECONDS);
	for (uint64_t i = 0; i < all && i < 256; i++) {
		uint64_t ran = process_of(pid[i]).run_ns;
		end(pid[i]);
		CHECK(ran > 200 * MILLISECONDS);
	}
}

/* So many processes without calls get nearly equal processor time within a second or two. An emulator's host may share
 * shorter times unevenly. */
static void share_among(uint64_t count)
{
	static uint64_t pid[257], ran[257];
	uint64_t sum = 0;

	for (uint64_t i = 0; i < count; i++)
		pid[i] = child("spin", 0, 0, 0);
	for (uint64_t i = 0; i < count; i++)
		ran[i] = process_of(pid[i]).run_ns;
	sys_sleep(2 * SECONDS);
	for (uint64_t i = 0; i < count; i++)
		sum += ran[i] = process_of(pid[i]).run_ns - ran[i];
	for (uint64_t i = 0; i < count; i++)
		end(pid[i]);
	for (uint64_t i = 0; i < count; i++)
		if (ran[i] * count * 10 < sum * 6)
			fail("one of %lu got %lu ms, all of them %lu", count, ran[i] / MILLISECONDS,
			     sum / MILLISECONDS);
}

/* Processes that are not pinned, all started by one process, get equal time. */
static void fairness(const uint64_t number[4])
{
	uint64_t all = processors() < 128 ? processors() : 128;

	(void)number;
	share_among(2 * all);
	share_among(all + 1);
}

/* No process waits behind a pinned one while another processor is idle. */
static void no_waiting(const uint64_t number[4])
{
	(void)number;
	if (processors() == 1)
		return;
	EXPECT(sys_pin(0), 0);
	uint64_t pid = child_on(0, "spin", 0, 0, 0), self = GOOD(sys_getpid());
	EXPECT(sys_pin(-1), 0);
	uint64_t ran = process_of(self).run_ns, start = sys_clock();
	while (sys_clock() - start < 600 * MILLISECONDS)
		;
	ran = process_of(self).run_ns - ran;
	end(pid);
	CHECK(ran > 450 * MILLISECONDS);
}

static uint64_t idle_ns(void)
{
	struct pith_memory m = { 0 };

	EXPECT(sys_memory(&m), 0);
	return m.idle_ns;
}

/* Idle time counts resting processors, and not busy ones. */
static void idleness(const uint64_t number[4])
{
	uint64_t all = processors(), pid[256];

	(void)number;
	for (uint64_t i = 0; i < all && i < 256; i++)
		pid[i] = child_on((int64_t)i, "spin", 0, 0, 0);
	sys_sleep(50 * MILLISECONDS);
	uint64_t idle = idle_ns();
	sys_sleep(400 * MILLISECONDS);
	CHECK(idle_ns() - idle < 100 * MILLISECONDS);
	for (uint64_t i = 0; i < all && i < 256; i++)
		end(pid[i]);
	idle = idle_ns();
	uint64_t start = sys_clock();
	sys_sleep(200 * MILLISECONDS);
	idle = idle_ns() - idle;
	CHECK(idle > 100 * MILLISECONDS && idle <= (sys_clock() - start) * all);
}

/* ---- Registers ------------------------------------------------------------------------------------------------- */

struct registers {
	uint64_t general[REGISTERS_GENERAL];
	uint64_t control;
	uint64_t vector[REGISTERS_VECTOR][2];
};

void registers_hold(struct registers *r, uint64_t rounds, uint64_t call);

static void role_hold(const uint64_t number[4])
{
	uint64_t state = number[0] + 1;

	for (uint64_t i = 0; i < number[2]; i++) {
		struct registers r, held;
		uint64_t *word = (uint64_t *)&r;
		for (size_t k = 0; k < sizeof r / sizeof *word; k++)
			word[k] = random_next(&state);
		r.control = REGISTERS_CONTROL;
		held = r;
		registers_hold(&held, number[1] ? 100 : 200000, number[1]);
		for (size_t k = 0; k < sizeof r / sizeof *word; k++)
			if (word[k] != ((uint64_t *)&held)[k])
				fail("register %lu: %#lx became %#lx", k, word[k], ((uint64_t *)&held)[k]);
	}
}

/* Registers are kept across preemption, and across system calls in which other processes run. */
static void registers(const uint64_t number[4])
{
	uint64_t all = processors(), pid[64];
	uint64_t count = 4 * all < 64 ? 4 * all : 64;

	(void)number;
	for (uint64_t i = 0; i < count; i++)
		pid[i] = child_on((int64_t)(i / 4), "hold", i, i % 2 ? PITH_YIELD : 0, quick ? 50 : 500);
	for (uint64_t i = 0; i < count; i++)
		join(pid[i]);
}

/* ---- Something to do for all processors, for ever: for scenarios in which the kernel fails meanwhile ----------- */

static void role_print(const uint64_t number[4])
{
	char rest[400] = { 0 };

	memset(rest, '.', sizeof rest - 1); /* long lines, so that some process is printing most of the time */
	for (uint64_t line = 0;; line++)
		print("processor %lu prints line %lu %s\n", number[0], line, rest);
}

static void role_printers(const uint64_t number[4])
{
	uint64_t all = processors();

	(void)number;
	for (uint64_t i = 0; i < 2 * all; i++)
		child_on((int64_t)(i % all), i < all ? "print" : "spin", i, 0, 0);
	sys_wait(0, NULL);
}

const struct test processor_tests[] = {
	{ "time", time, TEST },
	{ "sleep", sleeping, TEST },
	{ "punctual", punctual, ALONE },
	{ "pin", pin, TEST },
	{ "preemption", preemption, ALONE },
	{ "balance", balance, ALONE },
	{ "fairness", fairness, ALONE },
	{ "no-waiting", no_waiting, ALONE },
	{ "idleness", idleness, ALONE },
	{ "registers", registers, TEST },
	{ "hold", role_hold, ROLE },
	{ "print", role_print, ROLE },
	{ "printers", role_printers, ROLE },
	{ NULL, NULL, ROLE },
};
