/* limits.c — the limits between processes: include/pith/syscall.h, "Limits". */
#include "tests.h"

enum { PAGE = PITH_PAGE_BYTES };

static uint64_t process_total(void)
{
	struct pith_memory m = { 0 };

	EXPECT(sys_memory(&m), 0);
	return m.processes;
}

/* Waits until there are at most this many processes. */
static void await_processes(uint64_t most)
{
	uint64_t deadline = sys_clock() + 20 * SECONDS;

	while (process_total() > most && sys_clock() < deadline)
		sys_sleep(5 * MILLISECONDS);
	if (process_total() > most)
		fail("%lu processes are left, %lu were there before", process_total(), most);
}

/* ---- Processes ------------------------------------------------------------------------------------------------- */

/* A parent reaches its own limit before the table is full; waiting for a child frees the child's place. */
static void children(const uint64_t number[4])
{
	static uint64_t pid[PITH_CHILDREN_MOST + 1];
	uint64_t count = 0;
	int64_t e = 0;

	(void)number;
	while (count <= PITH_CHILDREN_MOST && (e = spawn(-1, "nothing")) > 0)
		pid[count++] = (uint64_t)e;
	EXPECT(e, PITH_NO_PROCESS);
	EXPECT(count, PITH_CHILDREN_MOST);
	await_state(pid[0], PITH_ENDED);
	EXPECT(spawn(-1, "nothing"), PITH_NO_PROCESS);
	join(pid[0]);
	pid[0] = GOOD(spawn(-1, "nothing"));
	EXPECT(spawn(-1, "nothing"), PITH_NO_PROCESS);
	while (count)
		join(pid[--count]);
}

/* Starts processes like itself, for ever, and never waits for those that have ended. */
static void role_spread(const uint64_t number[4])
{
	(void)number;
	for (;;)
		if (spawn(-1, "tests", "=spread") < 0)
			sys_yield();
}

/* Returns when 30 processes are there: what is typed next at a shell meets a bomb that has spread. */
static void role_crowd(const uint64_t number[4])
{
	(void)number;
	while (process_total() < 30)
		sys_sleep(5 * MILLISECONDS);
}

/* One kill by the parent ends the whole tree, and all places and memory are free again. */
static void bomb(const uint64_t number[4])
{
	enum { TABLES_MOST = 2 + PITH_PROCESSES_MOST / 64 }; /* page tables that the kernel keeps for their stacks */
	uint64_t before = process_total(), pages = free_pages();

	(void)number;
	uint64_t pid = child("spread", 0, 0, 0);
	while (process_total() < before + 60)
		sys_sleep(5 * MILLISECONDS);
	end(pid);
	await_processes(before);
	CHECK(free_pages() + TABLES_MOST >= pages);
}

static void role_chain(const uint64_t number[4])
{
	if (number[0])
		child("chain", number[0] - 1, 0, 0);
	sys_sleep(~0ull);
}

/* A chain of processes: killing the first ends all. */
static void descendants(const uint64_t number[4])
{
	enum { LENGTH = 20 };
	uint64_t before = process_total();

	(void)number;
	uint64_t pid = child("chain", LENGTH - 1, 0, 0);
	while (process_total() < before + LENGTH)
		sys_sleep(MILLISECONDS);
	end(pid);
	await_processes(before);
}

/* ---- The console ----------------------------------------------------------------------------------------------- */

/* Ends with 0 if its read is refused; otherwise the read waits. */
static void role_read_refused(const uint64_t number[4])
{
	char c;

	(void)number;
	EXPECT(sys_read(&c, 1), PITH_BUSY);
}

/* Reads whenever it may, for ever: for a scenario with typed input. */
static void role_rob(const uint64_t number[4])
{
	char c;

	(void)number;
	for (;;)
		if (sys_read(&c, 1) < 0)
			sys_yield();
}

/* Waits for the console, starts a child that reads instead, and ends when the child has begun to read. */
static void role_hand_on(const uint64_t number[4])
{
	(void)number;
	await_console();
	uint64_t pid = child("rest", PITH_READING, 0, 0);
	EXPECT(sys_console(pid), 0);
	await_state(pid, PITH_READING);
}

static void console(const uint64_t number[4])
{
	uint64_t self = (uint64_t)sys_getpid();
	char c;

	(void)number;
	await_console();
	EXPECT(sys_console(1), PITH_DENIED);
	EXPECT(sys_console(0), PITH_NOT_FOUND);
	EXPECT(sys_console(~0ull), PITH_NOT_FOUND);
	join(child("read refused", 0, 0, 0));

	uint64_t reader = child("rest", PITH_READING, 0, 0), other = child("rest", PITH_SLEEPING, 0, 0);
	EXPECT(sys_console(reader), 0);
	await_state(reader, PITH_READING);
	EXPECT(sys_read(&c, 1), PITH_BUSY);
	EXPECT(sys_console(other), 0);      /* taken from one child, whose read fails, and given to another */
	EXPECT(status_of(reader), 99);
	EXPECT(sys_read(&c, 1), PITH_BUSY);
	end(other);                         /* the console comes back */
	EXPECT(sys_console(self), 0);

	uint64_t middle = child("hand on", 0, 0, 0);
	EXPECT(sys_console(middle), 0);
	join(middle);                       /* ends, and its child that reads with it */
	join(child("read refused", 0, 0, 0));
	EXPECT(sys_console(self), 0);
}

/* ---- Long work ------------------------------------------------------------------------------------------------- */

enum { HOARD_BYTES = 128 << 20 };

/* Maps that much, reports it, and frees it in one call, or by its end. */
static void role_give_back(const uint64_t number[4])
{
	const uint64_t at = 1ull << 40;

	for (uint64_t bytes = 0; bytes < HOARD_BYTES; bytes += PITH_MAP_MOST)
		GOOD(sys_map(at + bytes, PITH_MAP_MOST, PITH_MAP_WRITE));
	struct pith_message m = { .word = { sys_clock() } };
	GOOD(sys_send(number[0], &m));
	if (number[1])
		EXPECT(sys_unmap(at, HOARD_BYTES), 0);
}

/* The longest time between two runs of this process while another process on the same processor frees memory. The first
 * interval begins when the message made this process ready. */
static uint64_t longest_wait(bool unmap)
{
	struct pith_message m;
	uint64_t longest = 0, pid = child_on(0, "give back", (uint64_t)sys_getpid(), unmap, 0);

	GOOD(sys_receive(pid, &m));
	for (uint64_t last = m.word[0], now;; last = now) {
		now = sys_clock();
		longest = now - last > longest ? now - last : longest;
		if (process_of(pid).state == PITH_ENDED)
			break;
		sys_sleep(MILLISECONDS);
	}
	join(pid);
	return longest;
}

static void long_work(const uint64_t number[4])
{
	struct pith_message none;

	(void)number;
	/* makes tables for what may come with a message */
	EXPECT(sys_receive((uint64_t)sys_getpid(), &none), PITH_NOT_FOUND);
	uint64_t before = free_pages(), took = 0;
	if (before * PAGE < HOARD_BYTES + (8 << 20))
		return;
	EXPECT(sys_pin(0), 0);
	for (unsigned unmap = 0; unmap < 2; unmap++) {
		for (unsigned i = 0; i < 5; i++) /* repeated, because an emulated processor may stop for a while */
			if ((took = longest_wait(unmap)) < 60 * MILLISECONDS)
				break;
		print("long-work: others wait %lu us at most\n", took / 1000);
		if (took >= 60 * MILLISECONDS)
			fail("others wait %lu ms while memory is given back by %s", took / MILLISECONDS,
			     unmap ? "unmap" : "the end");
	}
	await_free(before);
}

const struct test limit_tests[] = {
	{ "children", children, ALONE },
	{ "bomb", bomb, ALONE },
	{ "descendants", descendants, ALONE },
	{ "console", console, ALONE },
	{ "long-work", long_work, ALONE },
	{ "spread", role_spread, ROLE },
	{ "crowd", role_crowd, ROLE },
	{ "chain", role_chain, ROLE },
	{ "read refused", role_read_refused, ROLE },
	{ "rob", role_rob, ROLE },
	{ "hand on", role_hand_on, ROLE },
	{ "give back", role_give_back, ROLE },
	{ NULL, NULL, ROLE },
};
