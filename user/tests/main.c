/* main.c — runs the tests.
 *
 *     tests                all; `tests quick`: with fewer repetitions
 *     tests NAME...        these
 *     tests soak SECONDS   those that may run side by side, on all processors, until the time is over
 *     tests =NAME N...     one, or a role, in this process */
#include "tests.h"

/* On a host that is busy, each of 10,000 processes may wait 10 ms for a processor that is emulated. */
enum { LIMIT_SECONDS = 120, LONG_LIMIT_SECONDS = 480, WORKERS_MOST = 512 };

static const struct test *const all[] = {
	pointer_tests, protection_tests, process_tests, message_tests, memory_tests, processor_tests, file_tests,
	limit_tests,
};

bool quick;
static const char *running; /* the test or role that this process is in */

/* ---- For tests ------------------------------------------------------------------------------------------------- */

/* Ends the children that a failed test has left. */
static void end_children(void)
{
	uint64_t self = (uint64_t)sys_getpid();
	struct pith_process p;

	for (uint64_t pid = 1; sys_process(pid, &p) > 0; pid = p.pid + 1)
		if (p.parent == self)
			sys_kill(p.pid);
}

void fail(const char *why, ...)
{
	char text[600];
	va_list arguments;

	va_start(arguments, why);
	format_v(text, sizeof text, why, arguments);
	va_end(arguments);
	print("FAILED %s: %s\n", running, text);
	end_children();
	sys_exit(1);
}

int64_t expect_result(const char *file, int line, const char *what, int64_t got, int64_t wanted)
{
	if (got != wanted)
		fail("%s:%d: %s is %ld, not %ld", file, line, what, got, wanted);
	return got;
}

uint64_t good(const char *file, int line, const char *what, int64_t got)
{
	if (got < 0)
		fail("%s:%d: %s: %s", file, line, what, error_text(got));
	return (uint64_t)got;
}

uint64_t child_on(int64_t processor, const char *role, uint64_t a, uint64_t b, uint64_t c)
{
	char name[40], number[3][24];

	format(name, sizeof name, "=%s", role);
	format(number[0], sizeof number[0], "%lu", a);
	format(number[1], sizeof number[1], "%lu", b);
	format(number[2], sizeof number[2], "%lu", c);
	return GOOD(spawn(processor, "tests", name, number[0], number[1], number[2]));
}

void join(uint64_t pid)
{
	EXPECT(status_of(pid), 0);
}

void end(uint64_t pid)
{
	EXPECT(sys_kill(pid), 0);
	EXPECT(status_of(pid), PITH_KILLED);
}

struct pith_process process_of(uint64_t pid)
{
	struct pith_process p = { 0 };

	EXPECT(sys_process(pid, &p), pid);
	return p;
}

void await_state(uint64_t pid, enum pith_state state)
{
	while (process_of(pid).state != state)
		sys_sleep(MILLISECONDS / 2);
}

void await_console(void)
{
	while (sys_console((uint64_t)sys_getpid()) < 0)
		sys_yield();
}

uint64_t free_pages(void)
{
	struct pith_memory m = { 0 };

	EXPECT(sys_memory(&m), 0);
	return m.free_pages;
}

void await_free(uint64_t pages)
{
	uint64_t deadline = sys_clock() + 2 * SECONDS;

	while (free_pages() < pages && sys_clock() < deadline)
		sys_sleep(MILLISECONDS);
	EXPECT(free_pages(), pages);
}

/* ---- One ------------------------------------------------------------------------------------------------------- */

static const struct test *find(const char *name)
{
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (const struct test *t = all[i]; t->name; t++)
			if (strcmp(t->name, name) == 0)
				return t;
	print("tests: there is no test %s\n", name);
	sys_exit(2);
}

static int run_here(const char *name, int count, const char *const *words)
{
	uint64_t number[4] = { 0 };

	running = name;
	for (int i = 0; i < 4; i++)
		number[i] = number_word(count, words, i + 2, 0);
	quick = number[0];
	find(name)->run(number);
	return 0;
}

/* Prints all processes, for a test that hangs. */
static void print_processes(void)
{
	struct pith_process p;

	for (uint64_t at = 1; sys_process(at, &p) > 0; at = p.pid + 1)
		print("# process %lu, a child of %lu, is %s in state %u\n", p.pid, p.parent, p.name, (unsigned)p.state);
}

/* Runs a test in a process of its own. false: it has failed, and the failure was printed. */
static bool run_apart(const struct test *t, bool shorter)
{
	uint64_t start = sys_clock(), limit = (shorter ? LIMIT_SECONDS : LONG_LIMIT_SECONDS) * SECONDS;
	uint64_t pid = child_on(-1, t->name, shorter, 0, 0);
	char text[32];

	sys_console(pid); /* if this process has the console */
	while (process_of(pid).state != PITH_ENDED && sys_clock() - start < limit)
		sys_sleep(MILLISECONDS);
	if (process_of(pid).state != PITH_ENDED) {
		print("FAILED %s: it does not end\n", t->name);
		print_processes();
		sys_kill(pid);
	}
	int64_t status = GOOD(status_of(pid));
	if (status > 1)
		print("FAILED %s: %s\n", t->name, status_text((uint64_t)status, text));
	return status == 0;
}

/* ---- All ------------------------------------------------------------------------------------------------------- */

struct count {
	uint64_t passed, failed;
};

static int verdict(const struct count *c)
{
	print("%lu passed, %lu failed\n", c->passed, c->failed);
	return c->failed ? 1 : 0;
}

static void run_one(const struct test *t, struct count *c)
{
	uint64_t start = sys_clock();
	bool is_good = run_apart(t, quick);

	*(is_good ? &c->passed : &c->failed) += 1;
	if (is_good)
		print("ok %s (%lu ms)\n", t->name, (sys_clock() - start) / MILLISECONDS);
}

static int run_all(void)
{
	struct count c = { 0, 0 };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (const struct test *t = all[i]; t->name; t++)
			if (t->kind != ROLE)
				run_one(t, &c);
	return verdict(&c);
}

static int run_these(int count, const char *const *words)
{
	struct count c = { 0, 0 };

	for (int i = 1; i < count; i++)
		run_one(find(words[i]), &c);
	return verdict(&c);
}

/* ---- Soak ------------------------------------------------------------------------------------------------------ */

static const struct test *random_test(uint64_t *state)
{
	for (;;) {
		size_t length = 0;
		const struct test *list = all[random_next(state) % (sizeof all / sizeof *all)];
		while (list[length].name)
			length++;
		list += random_next(state) % length;
		if (list->kind == TEST)
			return list;
	}
}

/* Runs random tests until the time is over; then sends their number to the parent. */
static int soak_worker(uint64_t parent, uint64_t until, uint64_t seed)
{
	struct pith_message m = { 0 };

	while (sys_clock() < until)
		m.word[run_apart(random_test(&seed), true) ? 0 : 1]++;
	return (int)must("soak: send", sys_send(parent, &m));
}

/* The number of free pages, after the page tables that are never freed have been made: the kernel's for many kernel
 * stacks, and this process's for a page that comes with a message. */
static uint64_t free_from_now_on(struct count *c)
{
	struct pith_message none;

	run_one(find("too-many"), c);
	EXPECT(sys_receive((uint64_t)sys_getpid(), &none), PITH_NOT_FOUND);
	return free_pages();
}

static int soak(uint64_t seconds)
{
	uint64_t pid[WORKERS_MOST], workers = 2 * processors();
	struct count c = { 0, 0 };
	char parent[24], until[24], seed[24];

	uint64_t before = free_from_now_on(&c);
	format(parent, sizeof parent, "%ld", sys_getpid());
	format(until, sizeof until, "%lu", sys_clock() + seconds * SECONDS);
	for (uint64_t i = 0; i < workers && i < WORKERS_MOST; i++) {
		format(seed, sizeof seed, "%lu", (i + 1) * 0x9e3779b97f4a7c15 + 1);
		pid[i] = GOOD(spawn(-1, "tests", "soak-worker", parent, until, seed));
	}
	for (uint64_t i = 0; i < workers && i < WORKERS_MOST; i++) {
		struct pith_message m = { 0 };
		int64_t e = sys_receive(pid[i], &m);
		c.passed += m.word[0];
		c.failed += m.word[1] + (e < 0 || status_of(pid[i]) != 0);
	}
	await_free(before);
	return verdict(&c);
}

int main(int count, const char *const *words)
{
	const char *first = count > 1 ? words[1] : "";

	running = words[0];
	if (*first == '=')
		return run_here(first + 1, count, words);
	if (strcmp(first, "soak-worker") == 0)
		return soak_worker(number_word(count, words, 2, 0), number_word(count, words, 3, 0),
		                   number_word(count, words, 4, 1));
	if (strcmp(first, "send-words") == 0)
		return send_words(count, words);
	if (strcmp(first, "soak") == 0)
		return soak(number_word(count, words, 2, 10));
	quick = strcmp(first, "quick") == 0;
	return quick || count == 1 ? run_all() : run_these(count, words);
}
