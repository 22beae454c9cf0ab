/* storm.c — `storm [SEED [SECONDS]]`: random system calls with random arguments, on all processors. Afterwards all
 * memory must be free again, all processes gone, and programs must run as before. With the same seed, which is printed,
 * each process makes the same calls again, as far as their results are the same.
 *
 * `storm work SEED DEPTH` is one of these processes. It may end in any way through its own calls. Only status 1 is a
 * failure: its memory has changed, or a call returned an impossible result. */
#include "user.h"

enum {
	PAGE = PITH_PAGE_BYTES,
	WORKERS_MOST = 16,
	CHILDREN_MOST = 3,
	DEPTH_MOST = 2,
	CALLS_MOST = 3000,
	AT_ONCE_MOST = 256
};

#define ARENA UINT64_C(0x10000000000) /* here a process may unmap anything: program and stack are elsewhere */
#define ARENA_PAGES UINT64_C(0x200)

/* ---- One process ----------------------------------------------------------------------------------------------- */

static uint64_t state;                 /* of the random numbers */
static uint64_t own[PAGE / 8];         /* no other process may change this */
static uint64_t key;                   /* own[i] is key ^ i */
static uint64_t depth;
static uint64_t child[CHILDREN_MOST];  /* 0: none */
static uint8_t buffer[2 * PAGE];

static uint64_t below(uint64_t n)
{
	return random_next(&state) % n;
}

static uint64_t page_of_arena(void)
{
	return ARENA + below(ARENA_PAGES) * PAGE;
}

/* A pointer for a call: mostly good, sometimes bad in some way. */
static uint64_t pointer(void)
{
	switch (below(16)) {
	case 0: return 0;
	case 1: return random_next(&state);
	case 2: return ~UINT64_C(0) << below(64);
	case 3: return page_of_arena() + PAGE - below(64);
	case 4: return (uint64_t)&pointer; /* cannot be written to */
	case 5: return UINT64_C(0x7ffffffff000) - below(64);
	case 6: return UINT64_C(0xffff800000000000) + below(1 << 20) * PAGE;
	default: return (uint64_t)buffer + below(64) * 8;
	}
}

static uint64_t number(void)
{
	switch (below(8)) {
	case 0: return random_next(&state);
	case 1: return -below(8192);
	case 2: return UINT64_C(1) << below(64);
	default: return below(16);
	}
}

/* A pid: of a child, of a process nearby, or a random number. */
static uint64_t some_pid(void)
{
	switch (below(4)) {
	case 0: return child[below(CHILDREN_MOST)];
	case 1: return number();
	default: return (uint64_t)sys_getpid() - 20 + below(40);
	}
}

static int64_t start_child(void)
{
	uint64_t slot = below(CHILDREN_MOST);
	char seed[24], how_deep[24];
	int64_t pid, processor = below(4) ? -1 : (int64_t)below(6) - 1;

	if (child[slot])
		return sys_spawn((const void *)pointer());
	format(seed, sizeof seed, "%lu", random_next(&state) | 1);
	format(how_deep, sizeof how_deep, "%lu", depth + 1);
	pid = depth + 1 < DEPTH_MOST && below(2) ? spawn(processor, "storm", "work", seed, how_deep) :
	                                           spawn(processor, "nothing");
	if (pid > 0)
		child[slot] = (uint64_t)pid;
	return pid;
}

static int64_t wait_for_child(void)
{
	uint64_t slot = below(CHILDREN_MOST);
	int64_t pid = sys_wait(below(4) ? child[slot] : some_pid(), (uint64_t *)pointer());

	for (slot = 0; slot < CHILDREN_MOST; slot++)
		if (pid > 0 && child[slot] == (uint64_t)pid)
			child[slot] = 0;
	return pid;
}

static int64_t map_something(void)
{
	uint64_t bytes = (below(32) ? below(16) : below(5000)) * PAGE, rights = below(8) ? PITH_MAP_WRITE : number();
	int64_t at = sys_map(below(2) ? 0 : page_of_arena(), bytes, rights);

	if (at > 0 && rights == PITH_MAP_WRITE)
		for (uint64_t i = 0; i < bytes; i += PAGE) {
			if (*(volatile uint64_t *)((uint64_t)at + i))
				return INT64_MIN; /* it is zeroed */
			*(volatile uint64_t *)((uint64_t)at + i) = key;
		}
	return at;
}

/* Sometimes also behind the arena, where the kernel places memory without a requested address. */
static int64_t unmap_something(void)
{
	if (below(16))
		return sys_unmap(page_of_arena(), below(64) * PAGE);
	return sys_unmap(ARENA + below(1 << 20) * PAGE, (UINT64_C(1) << below(33)) * PAGE);
}

static int64_t send_something(void)
{
	struct pith_message m = { .word = { key }, .page = below(2) ? 0 : below(4) ? page_of_arena() : number() };

	return sys_send(some_pid(), below(8) ? &m : (void *)pointer());
}

/* Receives from any process, or from one. */
static int64_t receive_something(void)
{
	struct pith_message m = { .page = 0 };
	int64_t from = sys_receive(below(2) ? 0 : some_pid(), below(8) ? &m : (void *)pointer());

	if (from > 0 && m.page)
		*(volatile uint64_t *)m.page = key;
	return from;
}

static int64_t read_file(void)
{
	struct pith_file_read r = { "bin/init", below(8) ? 8 : number(), number(), (void *)pointer(), number() };

	return sys_file_read(below(8) ? &r : (void *)pointer());
}

static int64_t any_call(void)
{
	uint64_t call = below(PITH_CALLS + 2);

	if (call == PITH_EXIT || call == PITH_READ || call == PITH_SLEEP || call == PITH_WRITE || call == PITH_SPAWN)
		return 0; /* one_call() makes these */
	return machine_call(call, number(), pointer(), number(), pointer(), number());
}

static int64_t one_call(void)
{
	switch (below(24)) {
	case 0: return below(100) ? sys_getpid() : (sys_exit(0), 0);
	case 1: return below(200) ? sys_write((const void *)pointer(), 0) : sys_write("storm\n", 6);
	case 2: return sys_write((const void *)(UINT64_C(0xffff800000000000) + number()), 1 + below(9));
	case 3: return below(100) ? sys_read((void *)pointer(), 0) : sys_read((void *)pointer(), number());
	case 4: return start_child();
	case 5: return wait_for_child();
	case 6: return sys_kill(some_pid());
	case 7: return sys_yield();
	case 8: return sys_sleep(below(100) ? below(2 * MILLISECONDS) : number());
	case 9: return sys_console(some_pid());
	case 10: case 11: return map_something();
	case 12: case 13: return unmap_something();
	case 14: case 15: return send_something();
	case 16: return below(8) ? sys_yield() : receive_something();
	case 17: return sys_pin(below(4) ? -1 : (int64_t)number());
	case 18: return sys_process(some_pid(), (void *)pointer());
	case 19: return sys_memory((void *)pointer());
	case 20: return sys_file(number(), (void *)pointer());
	case 21: return read_file();
	case 22: return sys_log((void *)pointer(), (void *)pointer(), number());
	default: return any_call();
	}
}

static int work(uint64_t seed, uint64_t how_deep)
{
	state = seed | 1;
	depth = how_deep;
	key = random_next(&state);
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		own[i] = key ^ i;
	for (unsigned calls = 0; calls < CALLS_MOST; calls++) {
		int64_t result = one_call();
		if (result < PITH_DEADLOCK) {
			print("FAILED storm work %lu %lu: call %u gives %ld\n", seed, how_deep, calls, result);
			return 1;
		}
		uint64_t i = below(sizeof own / sizeof *own);
		if (own[i] != (key ^ i)) {
			print("FAILED storm work %lu %lu: own memory has changed after call %u\n", seed, how_deep,
			      calls);
			return 1;
		}
	}
	return 0;
}

/* ---- All processes --------------------------------------------------------------------------------------------- */

struct worker {
	uint64_t pid, since;
};

static uint64_t started, failed;

/* Without memory, which other processes may hold, the start is tried again later. */
static void begin(struct worker *w)
{
	char seed[24];

	format(seed, sizeof seed, "%lu", random_next(&state) | 1);
	int64_t pid = spawn(-1, "storm", "work", seed, "0");
	if (pid != PITH_NO_MEMORY)
		must("storm: spawn", pid);
	*w = (struct worker){ pid > 0 ? (uint64_t)pid : 0, sys_clock() };
	started += pid > 0;
}

static void end(struct worker *w)
{
	if (!w->pid)
		return;
	sys_kill(w->pid);
	failed += must("storm: wait", status_of(w->pid)) == 1;
	w->pid = 0;
}

static bool has_ended(const struct worker *w)
{
	struct pith_process p = { 0 };

	return !w->pid || sys_process(w->pid, &p) != (int64_t)w->pid || p.state == PITH_ENDED;
}

static void rage(struct worker *workers, uint64_t count, uint64_t until)
{
	const uint64_t patience = 100 * MILLISECONDS; /* many processes wait for something that never comes */

	for (uint64_t i = 0; i < count; i++)
		begin(&workers[i]);
	while (sys_clock() < until) {
		sys_sleep(2 * MILLISECONDS);
		for (uint64_t i = 0; i < count; i++)
			if (has_ended(&workers[i]) || sys_clock() - workers[i].since > patience) {
				end(&workers[i]);
				begin(&workers[i]);
			}
	}
	for (uint64_t i = 0; i < count; i++)
		end(&workers[i]);
}

static struct pith_memory memory(void)
{
	struct pith_memory m = { 0 };

	must("storm: memory", sys_memory(&m));
	return m;
}

/* Starts as many processes as the storm has at a time, because the kernel keeps the page tables of their stacks. */
static void make_room(void)
{
	static uint64_t pid[AT_ONCE_MOST];

	for (size_t i = 0; i < AT_ONCE_MOST; i++)
		pid[i] = (uint64_t)must("storm: spawn", spawn(-1, "nothing"));
	for (size_t i = 0; i < AT_ONCE_MOST; i++)
		must("storm: wait", sys_wait(pid[i], NULL));
}

/* Waits, for a bounded time, until no more memory is used than `before`. */
static struct pith_memory settled(const struct pith_memory *before)
{
	uint64_t deadline = sys_clock() + 10 * SECONDS;
	struct pith_memory m = memory();

	for (; (m.free_pages != before->free_pages || m.processes != before->processes) && sys_clock() < deadline;
	     m = memory())
		sys_sleep(5 * MILLISECONDS);
	return m;
}

int main(int count, const char *const *words)
{
	struct worker workers[WORKERS_MOST];
	uint64_t all = 4 * processors() < WORKERS_MOST ? 4 * processors() : WORKERS_MOST;

	if (count == 4 && strcmp(words[1], "work") == 0)
		return work(number_word(count, words, 2, 1), number_word(count, words, 3, 0));
	uint64_t seed = number_word(count, words, 1, sys_clock()), seconds = number_word(count, words, 2, 10);
	print("storm: seed %lu, %lu seconds, %lu processors\n", seed, seconds, processors());
	state = seed | 1;
	make_room();
	struct pith_memory before = memory();
	rage(workers, all, sys_clock() + seconds * SECONDS);
	struct pith_memory after = settled(&before);
	if (after.free_pages != before.free_pages || after.processes != before.processes) {
		print("FAILED storm: %lu pages are free, %lu before; %lu processes, %lu before\n", after.free_pages,
		      before.free_pages, after.processes, before.processes);
		failed++;
	}
	failed += must("storm: nothing", status_of((uint64_t)must("storm: spawn", spawn(-1, "nothing")))) != 0;
	print("storm: %lu processes, %lu failed\n", started, failed);
	return failed ? 1 : 0;
}
