/* memory.c — mapping, unmapping, and the exhaustion of memory. */
#include "tests.h"

enum { PAGE = PITH_PAGE_BYTES, FIXED_AT = 0x30000000 };

static bool is_zero(uint64_t at, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes; i += 8)
		if (*(volatile uint64_t *)(at + i))
			return false;
	return true;
}

static void map(const uint64_t number[4])
{
	(void)number;
	uint64_t anywhere = GOOD(sys_map(0, 3 * PAGE, PITH_MAP_WRITE)), other = GOOD(sys_map(0, PAGE, PITH_MAP_WRITE));
	CHECK(anywhere % PAGE == 0 && other % PAGE == 0 && (other >= anywhere + 3 * PAGE || other + PAGE <= anywhere));
	CHECK(is_zero(anywhere, 3 * PAGE));
	memset((void *)anywhere, 0xff, 3 * PAGE);
	CHECK(is_zero(other, PAGE));

	EXPECT(sys_map(FIXED_AT, 4 * PAGE, PITH_MAP_WRITE), FIXED_AT);
	EXPECT(sys_map(FIXED_AT + 3 * PAGE, 2 * PAGE, PITH_MAP_WRITE), PITH_BUSY);
	EXPECT(sys_map(FIXED_AT + 4 * PAGE, PAGE, PITH_MAP_WRITE), FIXED_AT + 4 * PAGE); /* that has mapped nothing */
	memset((void *)FIXED_AT, 0xff, 5 * PAGE);

	EXPECT(sys_unmap(FIXED_AT + PAGE, PAGE), 0); /* a hole, */
	EXPECT(sys_unmap(FIXED_AT, 5 * PAGE), 0);    /* then the rest, with the hole */
	EXPECT(sys_unmap(FIXED_AT, 5 * PAGE), 0);    /* and nothing */
	EXPECT(sys_map(FIXED_AT, 5 * PAGE, 0), FIXED_AT);
	CHECK(is_zero(FIXED_AT, 5 * PAGE));
	EXPECT(sys_unmap(FIXED_AT, 5 * PAGE), 0);
	EXPECT(sys_unmap(anywhere, 3 * PAGE), 0);
	EXPECT(sys_unmap(other, PAGE), 0);

	uint64_t last = GOOD(sys_map(0, PAGE, PITH_MAP_WRITE)); /* room is found past what is in the way */
	GOOD(sys_map(last + PAGE, PAGE, PITH_MAP_WRITE));
	GOOD(sys_map(last + 3 * PAGE, PAGE, PITH_MAP_WRITE));
	GOOD(sys_map(0, 4 * PAGE, PITH_MAP_WRITE));
}

/* The kernel finds a free range past any mappings at requested addresses, also for a page that comes with a message. */
static void room(const uint64_t number[4])
{
	enum { IN_THE_WAY = 64, PIECE = 4, HOLES = 150 };
	uint64_t last = GOOD(sys_map(0, PAGE, PITH_MAP_WRITE));
	struct pith_message m;

	(void)number;
	EXPECT(sys_map(last + PAGE, IN_THE_WAY * PAGE, PITH_MAP_WRITE), last + PAGE);
	EXPECT(sys_map(0, PAGE, PITH_MAP_WRITE), last + (IN_THE_WAY + 1) * PAGE);
	last += (IN_THE_WAY + 1) * PAGE;
	EXPECT(sys_map(last + PAGE, IN_THE_WAY * PAGE, PITH_MAP_WRITE), last + PAGE);
	EXPECT(sys_receive((uint64_t)sys_getpid(), &m), PITH_NOT_FOUND); /* nobody sends, but there would be room */
	last += IN_THE_WAY * PAGE;
	for (uint64_t i = 0; i < HOLES; i++) /* of one page each, and more than a table */
		EXPECT(sys_map(last + (2 + (PIECE + 1) * i) * PAGE, PIECE * PAGE, 0),
		       last + (2 + (PIECE + 1) * i) * PAGE);
	EXPECT(sys_map(0, PAGE, PITH_MAP_WRITE), last + PAGE);
	EXPECT(sys_map(0, 2 * PAGE, PITH_MAP_WRITE), last + (1 + (PIECE + 1) * HOLES) * PAGE);
	EXPECT(sys_map(0, 256 * PAGE, PITH_MAP_WRITE), last + (3 + (PIECE + 1) * HOLES) * PAGE);
}

/* Mapping and unmapping many times uses nothing up. */
static void map_again(const uint64_t number[4])
{
	uint64_t before = free_pages();

	(void)number;
	for (unsigned i = 0; i < 5000; i++)
		EXPECT(sys_unmap(GOOD(sys_map(0, PAGE, PITH_MAP_WRITE)), PAGE), 0);
	await_free(before);
}

static void map_errors(const uint64_t number[4])
{
	static const struct {
		uint64_t at, bytes, rights;
		int64_t error;
	} bad[] = {
		{ 0, 0, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ 0, PAGE - 1, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ FIXED_AT + 1, PAGE, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ FIXED_AT, PAGE, PITH_MAP_WRITE | PITH_MAP_EXECUTE, PITH_BAD_ARGUMENT },
		{ FIXED_AT, PAGE, 4, PITH_BAD_ARGUMENT },
		{ FIXED_AT, PAGE, ~0ull, PITH_BAD_ARGUMENT },
		{ PAGE, PAGE, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ 0x7ffffffff000, PAGE, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ 0x7fffffff0000, 16 * PAGE, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ 0x800000000000, PAGE, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ 0xffff800000000000, PAGE, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ 0xffffffff80000000, PAGE, 0, PITH_BAD_ARGUMENT },
		{ FIXED_AT, -(uint64_t)FIXED_AT, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ FIXED_AT, PAGE - (uint64_t)FIXED_AT, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ FIXED_AT, ~0ull & -(uint64_t)PAGE, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
		{ 0x400000, PAGE, PITH_MAP_WRITE, PITH_BUSY },
		{ 0, PITH_MAP_MOST + PAGE, PITH_MAP_WRITE, PITH_BAD_ARGUMENT },
	};

	(void)number;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t e = sys_map(bad[i].at, bad[i].bytes, bad[i].rights);
		if (e != bad[i].error)
			fail("map(%#lx, %#lx, %lx) is %ld, not %ld", bad[i].at, bad[i].bytes, bad[i].rights, e,
			     bad[i].error);
		if (bad[i].error == PITH_BAD_ARGUMENT && bad[i].rights == PITH_MAP_WRITE && bad[i].at)
			EXPECT(sys_unmap(bad[i].at, bad[i].bytes), PITH_BAD_ARGUMENT);
	}
	EXPECT(sys_map(FIXED_AT, PAGE, PITH_MAP_WRITE), FIXED_AT); /* none of them has left anything there */
}

/* ---- No more --------------------------------------------------------------------------------------------------- */

/* Pieces of memory, each of which begins with the address of the one before and its own length. */
struct hoard {
	uint64_t *last;
	uint64_t pages;
};

static void hoard_take(struct hoard *h)
{
	for (uint64_t pages = 256; pages; pages /= 4) {
		int64_t at;
		while ((at = sys_map(0, pages * PAGE, PITH_MAP_WRITE)) >= 0) {
			uint64_t *piece = (uint64_t *)at;
			piece[0] = (uint64_t)h->last;
			piece[1] = pages;
			h->last = piece;
			h->pages += pages;
		}
		EXPECT(at, PITH_NO_MEMORY);
	}
}

static void hoard_give(struct hoard *h)
{
	while (h->last) {
		uint64_t *piece = h->last;
		h->last = (uint64_t *)piece[0];
		EXPECT(sys_unmap((uint64_t)piece, piece[1] * PAGE), 0);
	}
}

/* Without memory, calls that need none work, and calls that need some return PITH_NO_MEMORY. */
static void exhaustion(const uint64_t number[4])
{
	struct hoard h = { NULL, 0 };
	struct pith_file file;
	char text[16];

	(void)number;
	hoard_take(&h); /* once, so that the second time all page tables are there */
	hoard_give(&h);
	uint64_t before = free_pages();
	for (unsigned i = 0; i < 2; i++) {
		h = (struct hoard){ NULL, 0 };
		hoard_take(&h);
		CHECK(h.pages + before / 256 + 64 >= before && free_pages() < 64);
		EXPECT(spawn(-1, "nothing"), PITH_NO_MEMORY);
		EXPECT(sys_map((uint64_t)FIXED_AT << 8, PAGE, PITH_MAP_WRITE), PITH_NO_MEMORY);
		EXPECT(sys_file(0, &file), 0);
		CHECK(sys_log(&(uint64_t){ 0 }, text, sizeof text) == sizeof text);
		EXPECT(sys_sleep(MILLISECONDS), 0);
		hoard_give(&h);
		await_free(before);
		join(GOOD(spawn(-1, "nothing")));
		await_free(before);
	}
}

static void role_hoard(const uint64_t number[4])
{
	struct hoard h = { NULL, 0 };

	for (uint64_t i = 0; i < number[0]; i++) {
		hoard_take(&h);
		hoard_give(&h);
	}
	if (number[1])
		hoard_take(&h); /* and leave it to the kernel */
}

/* If memory suffices only for some of the page tables that a mapping needs, none of them are kept. */
static void map_refused(const uint64_t number[4])
{
	enum { ROOM = 8 };
	/* where a table begins, and not */
	static const uint64_t far[] = { 1ull << 45, (1ull << 45) + PAGE, (1ull << 46) - PAGE };
	uint64_t room = GOOD(sys_map(0, ROOM * PAGE, PITH_MAP_WRITE)), refused = 0;
	struct hoard h = { NULL, 0 };

	(void)number;
	hoard_take(&h);
	for (uint64_t i = 0; i < ROOM; i++) {
		EXPECT(sys_unmap(room + i * PAGE, PAGE), 0);
		for (size_t k = 0; k < sizeof far / sizeof *far; k++) {
			uint64_t before = free_pages();
			int64_t e = sys_map(far[k], PAGE, PITH_MAP_WRITE);
			refused += e == PITH_NO_MEMORY;
			EXPECT(e < 0 ? e : sys_unmap(far[k], PAGE), e < 0 ? PITH_NO_MEMORY : 0);
			EXPECT(free_pages(), before);
		}
	}
	CHECK(refused >= 4);
	hoard_give(&h);
}

/* Takes all memory, also memory that becomes free, for so many seconds. */
static void role_greedy(const uint64_t number[4])
{
	uint64_t until = sys_clock() + number[0] * SECONDS;

	while (sys_clock() < until)
		sys_map(0, PAGE, PITH_MAP_WRITE);
}

/* Several processes take all memory, while others start and end. */
static void exhaustion_by_many(const uint64_t number[4])
{
	uint64_t before = free_pages(), pid[4], started = 0;

	(void)number;
	for (uint64_t i = 0; i < 4; i++)
		pid[i] = child("hoard", quick ? 2 : 10, i % 2, 0);
	for (unsigned i = 0; i < (quick ? 100 : 1000); i++) {
		int64_t e = spawn(-1, "nothing");
		if (e > 0)
			join((uint64_t)e), started++;
		else
			EXPECT(e, PITH_NO_MEMORY);
	}
	for (uint64_t i = 0; i < 4; i++)
		join(pid[i]);
	await_free(before);
}

/* Spawns of a program fail with every amount of free memory that is too small. None leaves anything behind, in memory
 * or in the processor. */
static void spawn_exhausted(const uint64_t number[4])
{
	enum { MOST = 800 };
	uint64_t before = free_pages(), step = quick ? 16 : 1, started = 0, refused = 0;
	uint64_t room = GOOD(sys_map(0, MOST * PAGE, PITH_MAP_WRITE));
	struct hoard h = { NULL, 0 };

	(void)number;
	hoard_take(&h);
	for (uint64_t i = 0; i + step <= MOST; i += step) {
		EXPECT(sys_unmap(room + i * PAGE, step * PAGE), 0);
		int64_t e = spawn(-1, "large");
		if (e > 0)
			join((uint64_t)e), started++;
		else
			EXPECT(e, PITH_NO_MEMORY), refused++;
	}
	CHECK(started > 0 && refused > 600 / step);
	hoard_give(&h);
	await_free(before);
}

/* The quickest of several spawns with this result: an emulator's host may be busy in between. */
static uint64_t spawn_takes(int64_t wanted)
{
	uint64_t least = ~0ull;

	for (unsigned i = 0; i < 20; i++) {
		uint64_t start = sys_clock();
		int64_t e = spawn(-1, "nothing");
		uint64_t took = sys_clock() - start;
		if (e > 0)
			join((uint64_t)e);
		EXPECT(e > 0 ? 0 : e, wanted);
		least = took < least ? took : least;
	}
	return least;
}

/* A spawn without enough memory is refused before anything is built. */
static void spawn_refused(const uint64_t number[4])
{
	enum { FEW = 16 }; /* pages: not enough for any program */
	uint64_t before = free_pages(), room = GOOD(sys_map(0, FEW * PAGE, PITH_MAP_WRITE));
	uint64_t good = spawn_takes(0);
	struct hoard h = { NULL, 0 };

	(void)number;
	hoard_take(&h);
	EXPECT(sys_unmap(room, FEW * PAGE), 0);
	uint64_t refused = spawn_takes(PITH_NO_MEMORY);
	print("spawn-refused: %lu us, %lu us where it is refused\n", good / 1000, refused / 1000);
	CHECK(refused * 3 < good);
	hoard_give(&h);
	await_free(before);
}

const struct test memory_tests[] = {
	{ "map", map, TEST },
	{ "map-room", room, TEST },
	{ "map-again", map_again, ALONE },
	{ "map-errors", map_errors, TEST },
	{ "exhaustion", exhaustion, ALONE },
	{ "map-refused", map_refused, ALONE },
	{ "exhaustion-by-many", exhaustion_by_many, ALONE },
	{ "spawn-exhausted", spawn_exhausted, ALONE },
	{ "spawn-refused", spawn_refused, ALONE },
	{ "hoard", role_hoard, ROLE },
	{ "greedy", role_greedy, ROLE },
	{ NULL, NULL, ROLE },
};
