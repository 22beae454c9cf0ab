/* pointers.c — tries every pointer argument of every system call with bad addresses: each gives an error, nothing
 * else. */
#include "tests.h"

enum { PAGE = PITH_PAGE_BYTES, LENGTH = 64, WILD_MOST = 128 };

/* ---- Where the kernel looks ------------------------------------------------------------------------------------ */

/* A call with `bytes` bytes at `at`; one for each pointer argument. */
struct attempt {
	const char *name;
	int64_t (*call)(uint64_t at, uint64_t bytes);
	uint64_t fixed;  /* the only length that it takes; 0: any              */
	bool writes;     /* the kernel writes there                            */
	bool does_part;  /* may process only the beginning of a long range     */
};

static uint64_t sender; /* a child that sends, all the time, */
static uint64_t taker;  /* and one that receives             */

static int64_t write_text(uint64_t at, uint64_t bytes) { return sys_write((void *)at, bytes); }
static int64_t spawn_struct(uint64_t at, uint64_t bytes) { return (void)bytes, sys_spawn((void *)at); }
static int64_t send_struct(uint64_t at, uint64_t bytes) { return (void)bytes, sys_send(taker, (void *)at); }
static int64_t receive_struct(uint64_t at, uint64_t bytes) { return (void)bytes, sys_receive(sender, (void *)at); }
static int64_t process_struct(uint64_t at, uint64_t bytes) { return (void)bytes, sys_process(1, (void *)at); }
static int64_t memory_struct(uint64_t at, uint64_t bytes) { return (void)bytes, sys_memory((void *)at); }
static int64_t file_struct(uint64_t at, uint64_t bytes) { return (void)bytes, sys_file(0, (void *)at); }
static int64_t file_read_struct(uint64_t at, uint64_t bytes) { return (void)bytes, sys_file_read((void *)at); }
static int64_t log_text(uint64_t at, uint64_t bytes) { return sys_log(&(uint64_t){ 0 }, (void *)at, bytes); }
static int64_t log_from(uint64_t at, uint64_t bytes) { return sys_log((void *)at, NULL, 0 * bytes); }

static int64_t wait_status(uint64_t at, uint64_t bytes)
{
	uint64_t pid = GOOD(spawn(-1, "nothing"));
	int64_t result = at ? sys_wait(pid, (void *)at) : PITH_BAD_ADDRESS; /* 0: it is not asked for */

	(void)bytes;
	(void)sys_wait(pid, NULL);
	return result;
}

static int64_t spawn_path(uint64_t at, uint64_t bytes)
{
	struct pith_spawn s = { (void *)at, bytes, NULL, 0, -1 };
	return sys_spawn(&s);
}

static int64_t spawn_arguments(uint64_t at, uint64_t bytes)
{
	struct pith_spawn s = { "bin/nothing", strlen("bin/nothing"), (void *)at, bytes, -1 };
	return sys_spawn(&s);
}

static int64_t send_page(uint64_t at, uint64_t bytes)
{
	struct pith_message m = { .page = at };

	(void)bytes;
	return at ? sys_send(taker, &m) : PITH_BAD_ADDRESS; /* 0: no page */
}

static int64_t file_read_path(uint64_t at, uint64_t bytes)
{
	char text[8];
	struct pith_file_read r = { (void *)at, bytes, 0, text, sizeof text };
	return sys_file_read(&r);
}

static int64_t file_read_to(uint64_t at, uint64_t bytes)
{
	struct pith_file_read r = { "bin/tests", strlen("bin/tests"), 0, (void *)at, bytes };
	return sys_file_read(&r);
}

static const struct attempt attempts[] = {
	{ "write", write_text, 0, false, true },
	{ "wait", wait_status, sizeof(uint64_t), true, false },
	{ "spawn", spawn_struct, sizeof(struct pith_spawn), false, false },
	{ "spawn's path", spawn_path, 0, false, false },
	{ "spawn's arguments", spawn_arguments, 0, false, false },
	{ "send", send_struct, sizeof(struct pith_message), false, false },
	{ "send's page", send_page, PAGE, true, false },
	{ "receive", receive_struct, sizeof(struct pith_message), true, false },
	{ "process", process_struct, sizeof(struct pith_process), true, false },
	{ "memory", memory_struct, sizeof(struct pith_memory), true, false },
	{ "file", file_struct, sizeof(struct pith_file), true, false },
	{ "file_read", file_read_struct, sizeof(struct pith_file_read), false, false },
	{ "file_read's path", file_read_path, 0, false, false },
	{ "file_read's to", file_read_to, 0, true, false },
	{ "log", log_text, 0, true, true },
	{ "log's from", log_from, sizeof(uint64_t), true, false },
};

/* ---- What it finds there --------------------------------------------------------------------------------------- */

struct wild {
	uint64_t at, bytes; /* bytes 0: as many as the call takes */
	bool readable;
};

static uint64_t wild_count;
static struct wild wild[WILD_MOST];

static void add(uint64_t at, uint64_t bytes, bool readable)
{
	CHECK(wild_count < WILD_MOST);
	wild[wild_count++] = (struct wild){ at, bytes, readable };
}

static void add_addresses(void)
{
	static const uint64_t addresses[] = {
		/* never mapped */
		0, 1, 8, PAGE - 1, PAGE, 0xfff8,
		/* not mapped now */
		0x10000, 0x3ff000, 0x3fffffff8, 0x7ffffffe0000,
		/* beyond user memory */
		0x7ffffffff000, 0x800000000000, 0x8000000000000000, 0x400000 | 1ull << 56,
		0xffff7fffffffffff, 0xffff800000000000, 0xffff800000100000, 0xffff888000000000, 0xffffc00000000000,
		0xffffffff80000000, 0xffffffff80100000, 0xfffffffffffff000, 0xfffffffffffffff8, 0xffffffffffffffff,
	};

	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
		add(addresses[i], 0, false);
	for (unsigned shift = 43; shift < 64; shift++)
		add((~0ull << shift) + PAGE, 0, false);
}

/* Adds ranges that begin in the last mapped page before a hole and reach into it, and lengths that wrap around. */
static void add_edges(void)
{
	static const char read_only[512] = "longer than all structures";
	uint64_t page = GOOD(sys_map(0, 2 * PAGE, PITH_MAP_WRITE)), end = page + PAGE;

	EXPECT(sys_unmap(end, PAGE), 0);
	for (uint64_t inside = 1; inside <= 7; inside += 6)
		add(end - inside, 0, false);
	for (unsigned bit = 40; bit < 64; bit++)
		add(page, 1ull << bit, false);
	add(page, -page, false);
	add(page, 1 - page, false);
	add(page, ~0ull, false);
	add(page, 2 * PAGE, false);
	add((uint64_t)read_only, 0, true);
	add((uint64_t)&add_edges & -(uint64_t)PAGE, 0, true);
}

/* Was the address refused for this argument? Combinations without a meaning count as refused. */
static bool is_refused(const struct attempt *a, const struct wild *w)
{
	bool is_long = w->bytes != 0;

	if (((a->fixed || a->does_part) && is_long) || (w->readable && !a->writes))
		return true;
	return a->call(w->at, is_long ? w->bytes : a->fixed ? a->fixed : LENGTH) < 0;
}

static void wild_pointers(const uint64_t number[4])
{
	(void)number;
	sender = child("send for ever", (uint64_t)sys_getpid(), 0, 0);
	taker = child("receive for ever", 0, 0, 0);
	add_addresses();
	add_edges();
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
		for (uint64_t k = 0; k < wild_count; k++)
			if (!is_refused(&attempts[i], &wild[k]))
				fail("%s takes %#lx with %lu bytes", attempts[i].name, wild[k].at, wild[k].bytes);
	end(sender);
	end(taker);
}

/* PITH_READ refuses a bad address at once, not only when input comes. It reads only the beginning of a long range: then
 * it waits, and is killed. */
static void read_wild(const uint64_t number[4])
{
	(void)number;
	add_addresses();
	add_edges();
	for (uint64_t k = 0; k < wild_count; k++) {
		uint64_t pid = child("read", wild[k].at, wild[k].bytes ? wild[k].bytes : LENGTH, 0);
		sys_console(pid); /* if it has not yet ended */
		struct pith_process p = process_of(pid);
		for (; p.state != PITH_READING && p.state != PITH_ENDED; p = process_of(pid))
			sys_sleep(MILLISECONDS / 4);
		sys_kill(pid);
		int64_t status = status_of(pid);
		if (status != 0 && !(status == PITH_KILLED && wild[k].bytes))
			fail("read takes %#lx: %ld", wild[k].at, status);
	}
}

static void role_read(const uint64_t number[4])
{
	int64_t e;

	while ((e = sys_read((void *)number[0], number[1])) == PITH_BUSY)
		sys_yield();
	sys_exit(e < 0 ? 0 : 1);
}

/* ---- Any numbers at all ---------------------------------------------------------------------------------------- */

/* A random number that is likely to have a meaning for some call. */
static uint64_t some_number(uint64_t *state)
{
	static uint64_t page;
	uint64_t r = random_next(state);

	page = page ? page : GOOD(sys_map(0, PAGE, PITH_MAP_WRITE));
	switch (r % 8) {
	case 0: return page;
	case 1: return page + PAGE - r / 8 % 64;
	case 2: return ~0ull << (r / 8 % 64);
	case 3: return r / 8 % 16;
	case 4: return (r / 8 % 16) * PAGE;
	case 5: return 0;
	case 6: return -(r / 8 % 8192);
	default: return random_next(state);
	}
}

/* Makes random calls, except those that end this process, print, or rest for ever. */
static void role_random_calls(const uint64_t number[4])
{
	uint64_t state = number[0];

	for (uint64_t i = 0; i < number[1]; i++) {
		uint64_t call = random_next(&state) % (PITH_CALLS + 2);
		if (call == PITH_EXIT || call == PITH_WRITE || call == PITH_READ || call == PITH_SLEEP ||
		    call == PITH_RECEIVE || call == PITH_SEND || call == PITH_UNMAP)
			continue;
		machine_call(call, some_number(&state), some_number(&state), some_number(&state), some_number(&state),
		             some_number(&state));
	}
}

static void random_calls(const uint64_t number[4])
{
	uint64_t pid[4], rounds = quick ? 2000 : 20000;

	(void)number;
	for (uint64_t i = 0; i < 4; i++)
		pid[i] = child("random calls", (sys_clock() << 8) | (i + 1), rounds, 0);
	for (uint64_t i = 0; i < 4; i++)
		join(pid[i]);
	EXPECT(machine_call(PITH_CALLS, 0, 0, 0, 0, 0), PITH_BAD_CALL);
	EXPECT(machine_call(~0ull, 0, 0, 0, 0, 0), PITH_BAD_CALL);
	EXPECT(machine_call(1ull << 32, 0, 0, 0, 0, 0), PITH_BAD_CALL);
}

const struct test pointer_tests[] = {
	{ "wild-pointers", wild_pointers, TEST },
	{ "wild-pointers-read", read_wild, ALONE },
	{ "random-calls", random_calls, TEST },
	{ "read", role_read, ROLE },
	{ "random calls", role_random_calls, ROLE },
	{ NULL, NULL, ROLE },
};
