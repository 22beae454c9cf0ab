/* bench.c — measures system calls in nanoseconds, which are instructions under `qemu -icount shift=0`. */
#include "user.h"

enum { CALLS = 100000, SPAWNS = 300, SWITCHES = 20000, MESSAGES = 20000 };

static void report(const char *what, uint64_t start, uint64_t count)
{
	print("bench %s %lu\n", what, (sys_clock() - start) / count);
}

static void null_call(void)
{
	uint64_t start = sys_clock();

	for (unsigned i = 0; i < CALLS; i++)
		sys_getpid();
	report("null-call", start, CALLS);
}

/* From the spawn of a process that does nothing to the end of the wait for it. */
static void spawn_and_wait(void)
{
	must("wait", status_of((uint64_t)must("spawn", spawn(0, "nothing"))));
	uint64_t start = sys_clock();
	for (unsigned i = 0; i < SPAWNS; i++)
		must("wait", status_of((uint64_t)must("spawn", spawn(0, "nothing"))));
	report("spawn-exit-wait", start, SPAWNS);
}

/* Two processes on one processor give it to each other. */
static void switches(void)
{
	uint64_t other = (uint64_t)must("spawn", spawn(0, "bench", "yield"));

	for (unsigned i = 0; i < 10; i++) /* until the other process has begun */
		sys_yield();
	uint64_t start = sys_clock();
	for (unsigned i = 0; i < SWITCHES; i++)
		sys_yield();
	report("yield-to-other", start, 2 * SWITCHES);
	must("kill", sys_kill(other));
	must("wait", sys_wait(other, NULL));
}

static void messages(const char *what, uint64_t page)
{
	uint64_t other = (uint64_t)must("spawn", spawn(0, "bench", "echo"));
	struct pith_message m = { .page = page };

	must("send", sys_send(other, &m));
	must("receive", sys_receive(other, &m));
	uint64_t start = sys_clock();
	for (unsigned i = 0; i < MESSAGES; i++) {
		sys_send(other, &m);
		sys_receive(other, &m);
	}
	report(what, start, 2 * MESSAGES);
	must("kill", sys_kill(other));
	must("wait", sys_wait(other, NULL));
}

static int echo(void)
{
	struct pith_message m;

	for (;;) {
		int64_t from = must("echo", sys_receive(0, &m));
		must("echo", sys_send((uint64_t)from, &m));
	}
}

static void yield(void)
{
	for (;;)
		sys_yield();
}

int main(int count, const char *const *words)
{
	if (count > 1 && strcmp(words[1], "yield") == 0)
		yield();
	if (count > 1)
		return echo();
	must("pin", sys_pin(0));
	null_call();
	switches();
	messages("message-one-way", 0);
	messages("message-with-page", (uint64_t)must("map", sys_map(0, PITH_PAGE_BYTES, PITH_MAP_WRITE)));
	spawn_and_wait();
	return 0;
}
