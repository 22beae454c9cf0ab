/* processes.c — from spawn to wait: arguments, exit statuses, kill, and the limit of processes. */
#include "tests.h"

enum { MANY = 256 };

static void role_nothing(const uint64_t number[4])
{
	(void)number;
}

static void role_spin(const uint64_t number[4])
{
	(void)number;
	for (volatile uint64_t i = 0;; i++)
		;
}

static void role_exit(const uint64_t number[4])
{
	sys_exit(number[0]);
}

/* ---- Arguments and statuses ------------------------------------------------------------------------------------ */

static void statuses(const uint64_t number[4])
{
	static const uint64_t given[] = { 0, 1, 77, 255, 256, 0x1234, ~0ull };

	(void)number;
	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		EXPECT(status_of(child("exit", given[i], 0, 0)), given[i] & 0xff);
	EXPECT(status_of(0), PITH_NOT_FOUND);
	EXPECT(status_of((uint64_t)sys_getpid()), PITH_NOT_FOUND);
	EXPECT(status_of(1), PITH_NOT_FOUND);
	uint64_t pid = child("exit", 3, 0, 0);
	EXPECT(sys_wait(0, NULL), pid);
	EXPECT(status_of(pid), PITH_NOT_FOUND);
}

/* A checksum: the sum of the word's characters, each times its position. */
static uint64_t sum_of(const char *word)
{
	uint64_t sum = 0;

	for (size_t i = 0; word[i]; i++)
		sum += (i + 1) * (unsigned char)word[i];
	return sum;
}

/* Sends all words to the process words[2]. */
int send_words(int count, const char *const *words)
{
	uint64_t parent = number_word(count, words, 2, 0);

	for (int i = 0; i < count; i++) {
		struct pith_message m = { .word = { (uint64_t)i, (uint64_t)count, strlen(words[i]),
		                                    sum_of(words[i]) } };
		GOOD(sys_send(parent, &m));
	}
	return words[count] ? 1 : 0;
}

static void arguments(const uint64_t number[4])
{
	static char longest[PITH_ARGUMENTS_MOST - 40];
	char self[24];
	const char *words[] = { "tests", "send-words", self, "", "two words", "\t\x7f\xff", longest, "" };
	enum { COUNT = sizeof words / sizeof *words };
	struct pith_message m;

	(void)number;
	memset(longest, 'x', sizeof longest - 1);
	format(self, sizeof self, "%ld", sys_getpid());
	uint64_t pid = GOOD(spawn_words(-1, COUNT, words));
	for (uint64_t i = 0; i < COUNT; i++) {
		EXPECT(sys_receive(pid, &m), pid);
		CHECK(m.word[0] == i && m.word[1] == COUNT && m.word[2] == strlen(words[i]) &&
		      m.word[3] == sum_of(words[i]));
	}
	CHECK(strcmp(process_of(pid).name, "tests") == 0);
	join(pid);
}

static int64_t spawn_raw(const char *path, uint64_t path_bytes, const char *text, uint64_t bytes, int64_t processor)
{
	struct pith_spawn s = { path, path_bytes, text, bytes, processor };

	return sys_spawn(&s);
}

static void spawn_errors(const uint64_t number[4])
{
	static char text[2 * PITH_ARGUMENTS_MOST];
	const char *path = "bin/nothing";

	(void)number;
	EXPECT(spawn_raw("bin/nothing at all", 18, NULL, 0, -1), PITH_NOT_FOUND);
	EXPECT(spawn_raw(path, 0, NULL, 0, -1), PITH_NOT_FOUND);
	EXPECT(spawn_raw(path, strlen(path) + 1, NULL, 0, -1), PITH_NOT_FOUND); /* the NUL is part of no name */
	EXPECT(spawn_raw("bin", 3, NULL, 0, -1), PITH_NOT_FOUND);
	EXPECT(spawn_raw("etc/motd", 8, NULL, 0, -1), PITH_NOT_PROGRAM);
	EXPECT(spawn_raw(path, strlen(path), text, sizeof text, -1), PITH_BAD_ARGUMENT);
	EXPECT(spawn_raw(path, strlen(path), "no NUL", 6, -1), PITH_BAD_ARGUMENT);
	EXPECT(spawn_raw(path, strlen(path), NULL, 0, (int64_t)processors()), PITH_BAD_ARGUMENT);
	EXPECT(spawn_raw(path, strlen(path), NULL, 0, -2), PITH_BAD_ARGUMENT);
	EXPECT(spawn_raw(path, strlen(path), NULL, 0, INT64_MIN), PITH_BAD_ARGUMENT);
	uint64_t pid = GOOD(spawn_raw(path, strlen(path), NULL, 0, -1));
	CHECK(strcmp(process_of(pid).name, path) == 0);
	join(pid);
}

/* ---- Being killed ---------------------------------------------------------------------------------------------- */

/* Waits until this process has the console, and reads; returns when the console was taken away. */
static void read_when_allowed(char *c)
{
	while (sys_console((uint64_t)sys_getpid()) < 0)
		sys_yield();
	sys_read(c, 1);
}

static void role_rest(const uint64_t number[4])
{
	struct pith_message m = { 0 };
	char c;

	switch (number[0]) {
	case PITH_SLEEPING: sys_sleep(~0ull); break;
	case PITH_WAITING: sys_wait(child("spin", 0, 0, 0), NULL); break;
	case PITH_SENDING: sys_send(number[1], &m); break;
	case PITH_RECEIVING: sys_receive(number[1], &m); break;
	case PITH_READING: read_when_allowed(&c); break;
	}
	sys_exit(99); /* the call must not return */
}

/* Killing a process that waits for its child also ends the child. */
static void kill_with_child(uint64_t pid)
{
	struct pith_process p;
	uint64_t grandchild = 0;

	for (uint64_t at = 1; sys_process(at, &p) > 0; at = p.pid + 1)
		grandchild = p.parent == pid ? p.pid : grandchild;
	CHECK(grandchild);
	if (grandchild % 2) {
		EXPECT(sys_kill(grandchild), 0); /* a child's child is a descendant */
		EXPECT(status_of(pid), 99);      /* and it has waited for that     */
	} else {
		end(pid);
	}
	while (sys_process(grandchild, &p) == (int64_t)grandchild) /* until it has been waited for */
		sys_sleep(MILLISECONDS);
}

static void kill_resting(const uint64_t number[4])
{
	uint64_t self = (uint64_t)sys_getpid();

	(void)number;
	for (unsigned i = 0; i < (quick ? 2 : 20); i++) {
		for (enum pith_state state = PITH_SLEEPING; state <= PITH_RECEIVING; state++)
			for (unsigned from = 0; from <= (state == PITH_RECEIVING); from++) {
				uint64_t pid = child("rest", state, from ? 0 : self, 0);
				await_state(pid, state);
				if (state == PITH_WAITING)
					kill_with_child(pid);
				else
					end(pid);
			}
	}
}

static void kill_reading(const uint64_t number[4])
{
	(void)number;
	await_console();
	uint64_t pid = child("rest", PITH_READING, 0, 0);
	GOOD(sys_console(pid));
	await_state(pid, PITH_READING);
	char c;
	EXPECT(sys_read(&c, 1), PITH_BUSY);
	end(pid);
	EXPECT(sys_read(&c, 0), 0);
}

/* Kills processes on this processor and on all others, also processes that have not run yet. */
static void kill_running(const uint64_t number[4])
{
	uint64_t all = processors();

	(void)number;
	EXPECT(sys_pin(0), 0);
	for (uint64_t i = 0; i < (quick ? 2 : 10) * all; i++) {
		uint64_t pid = child_on((int64_t)(i % all), "spin", 0, 0, 0);
		if (i / all % 2)
			await_state(pid, i % all == 0 ? PITH_READY : PITH_RUNNING);
		end(pid);
	}
}

static void kill_errors(const uint64_t number[4])
{
	uint64_t pid = child("spin", 0, 0, 0);

	(void)number;
	EXPECT(sys_kill(1), PITH_DENIED);
	EXPECT(sys_kill((uint64_t)sys_getpid()), PITH_DENIED);
	EXPECT(sys_kill(process_of((uint64_t)sys_getpid()).parent), PITH_DENIED);
	EXPECT(sys_kill(0), PITH_NOT_FOUND);
	EXPECT(sys_kill(~0ull), PITH_NOT_FOUND);
	EXPECT(sys_kill(pid), 0);
	await_state(pid, PITH_ENDED);
	EXPECT(sys_kill(pid), 0); /* it is still a child, and has ended */
	EXPECT(status_of(pid), PITH_KILLED);
	EXPECT(sys_kill(pid), PITH_NOT_FOUND);
}

/* ---- Orphans --------------------------------------------------------------------------------------------------- */

/* Leaves a child, and sends its pid to the parent. */
static void role_leave_child(const uint64_t number[4])
{
	struct pith_message m = { .word = { child("wait for message", 0, 0, 0) } };

	GOOD(sys_send(number[0], &m));
}

static void role_wait_for_message(const uint64_t number[4])
{
	struct pith_message m;

	(void)number;
	GOOD(sys_receive(0, &m));
}

/* A process ends with its parent, and the first process waits for it. */
static void orphans(const uint64_t number[4])
{
	struct pith_message m = { 0 };
	struct pith_process p;
	uint64_t pid = child("leave child", (uint64_t)sys_getpid(), 0, 0);

	(void)number;
	EXPECT(sys_receive(pid, &m), pid);
	join(pid);
	uint64_t orphan = m.word[0];
	CHECK(sys_process(orphan, &p) != (int64_t)orphan || p.parent == 1);
	EXPECT(status_of(orphan), PITH_NOT_FOUND);
	while (sys_process(orphan, &p) == (int64_t)orphan) /* until init has waited for it */
		sys_sleep(MILLISECONDS);
	EXPECT(sys_send(orphan, &m), PITH_NOT_FOUND);
	EXPECT(sys_kill(orphan), PITH_NOT_FOUND);
}

/* ---- Many ------------------------------------------------------------------------------------------------------ */

/* Spawns one process after the other; all memory is free again at the end. */
static void spawn_cycles(const uint64_t number[4])
{
	uint64_t cycles = number[1] ? number[1] : quick ? 500 : 10000;

	join(GOOD(spawn(-1, "nothing")));
	uint64_t before = free_pages(), start = sys_clock();
	for (uint64_t i = 0; i < cycles; i++)
		join(GOOD(spawn(-1, "nothing")));
	print("spawn-cycles: %lu in %lu ms\n", cycles, (sys_clock() - start) / MILLISECONDS);
	await_free(before);
}

static uint64_t children_alive(void)
{
	uint64_t self = (uint64_t)sys_getpid(), alive = 0;
	struct pith_process p;

	for (uint64_t pid = 1; sys_process(pid, &p) > 0; pid = p.pid + 1)
		alive += p.parent == self && p.state != PITH_ENDED;
	return alive;
}

/* Many processes exist at once: each has reported before the first may end. */
static void start_and_end_many(void)
{
	static uint64_t pid[MANY];
	struct pith_memory memory = { 0 };
	struct pith_message m = { 0 };

	for (uint64_t i = 0; i < MANY; i++)
		pid[i] = child("say and wait", (uint64_t)sys_getpid(), i, 0);
	for (uint64_t i = 0, sum = 0; i < MANY; i++) {
		GOOD(sys_receive(0, &m));
		sum += m.word[0];
		CHECK(i < MANY - 1 || sum == MANY * (MANY - 1) / 2);
	}
	EXPECT(children_alive(), MANY);
	EXPECT(sys_memory(&memory), 0);
	CHECK(memory.processes >= MANY + 2);
	for (uint64_t i = 0; i < MANY; i += 2)
		end(pid[i]);
	for (uint64_t i = 1; i < MANY; i += 2) {
		EXPECT(sys_send(pid[i], &m), 0);
		join(pid[i]);
	}
}

/* Runs `what` twice and counts memory around the second run: the kernel keeps the page tables of its stacks. */
static void twice(void (*what)(void))
{
	what();
	uint64_t before = free_pages();
	what();
	await_free(before);
}

static void many(const uint64_t number[4])
{
	(void)number;
	twice(start_and_end_many);
}

static void role_say_and_wait(const uint64_t number[4])
{
	struct pith_message m = { .word = { number[1] } };

	GOOD(sys_send(number[0], &m));
	GOOD(sys_receive(number[0], &m));
}

/* Starts processes until the kernel refuses; after they have ended, as many can be started again. */
static void start_until_refused(void)
{
	static uint64_t pid[2048];
	uint64_t count = 0;
	int64_t e = 0;
	char sleeping[8]; /* the children rest in this state, which needs no memory: none may be left */

	format(sleeping, sizeof sleeping, "%d", PITH_SLEEPING);
	while (count < sizeof pid / sizeof *pid && (e = spawn(-1, "tests", "=rest", sleeping)) > 0)
		pid[count++] = (uint64_t)e;
	if (e != PITH_NO_PROCESS && e != PITH_NO_MEMORY)
		fail("after %lu: %ld", count, e);
	CHECK(count >= MANY);
	while (count)
		end(pid[--count]);
	join(child("nothing", 0, 0, 0));
}

static void too_many(const uint64_t number[4])
{
	(void)number;
	twice(start_until_refused);
}

const struct test process_tests[] = {
	{ "statuses", statuses, TEST },
	{ "arguments", arguments, TEST },
	{ "spawn-errors", spawn_errors, TEST },
	{ "kill-resting", kill_resting, TEST },
	{ "kill-reading", kill_reading, ALONE },
	{ "kill-running", kill_running, TEST },
	{ "kill-errors", kill_errors, TEST },
	{ "orphans", orphans, TEST },
	{ "spawn-cycles", spawn_cycles, ALONE },
	{ "many", many, ALONE },
	{ "too-many", too_many, ALONE },
	{ "nothing", role_nothing, ROLE },
	{ "spin", role_spin, ROLE },
	{ "exit", role_exit, ROLE },
	{ "rest", role_rest, ROLE },
	{ "leave child", role_leave_child, ROLE },
	{ "wait for message", role_wait_for_message, ROLE },
	{ "say and wait", role_say_and_wait, ROLE },
	{ NULL, NULL, ROLE },
};
