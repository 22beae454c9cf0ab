/* protection.c — forbidden accesses to memory, to other processes and to the processor: each ends the process alone. */
#include "hostile.h"
#include "tests.h"

enum { PAGE = PITH_PAGE_BYTES };
enum touch { READ, WRITE, EXECUTE, TOUCHES };
enum { MISUSES = 7 };

/* Touches an address: the kind of access, the address, and the earliest time. */
static void role_touch(const uint64_t number[4])
{
	volatile uint8_t *at = (volatile uint8_t *)number[1];

	while (sys_clock() < number[2])
		;
	if (number[0] == READ)
		(void)*at;
	else if (number[0] == WRITE)
		*at = 1;
	else
		((void (*)(void))number[1])();
}

static void expect_fault(uint64_t pid, const char *what, uint64_t detail)
{
	int64_t status = status_of(pid);

	if (status != PITH_FAULTED)
		fail("%s %#lx: status %ld", what, detail, status);
}

/* ---- Memory of the kernel's, and none -------------------------------------------------------------------------- */

static void touch(uint64_t at)
{
	static const char *const names[TOUCHES] = { "read", "write", "execute" };

	for (enum touch how = READ; how < TOUCHES; how++)
		expect_fault(child("touch", how, at, 0), names[how], at);
}

/* Both ends of the addresses that no process has, usual addresses of kernels, and one for each power of two below each
 * end. */
static void kernel_memory(const uint64_t number[4])
{
	static const uint64_t places[] = {
		0x7ffffffff000, 0x7ffffffffff8, 0x800000000000, 0xffff7ffffffffff8,
		0xffff800000000000, 0xffff800000001000, 0xffff800040000000, 0xffffc00000000000, 0xffffc00000004000,
		0xffffffff80000000, 0xffffffff80010000, 0xffffffff80100000, 0xfffffffffffff000,
	};

	(void)number;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		touch(places[i]);
	for (unsigned shift = 12; shift < 64; shift += quick ? 5 : 1) {
		touch(-(1ull << shift));
		touch((uint64_t)&kernel_memory ^ (1ull << (shift < 32 ? shift + 31 : shift)));
	}
}

/* ---- Several at the same moment -------------------------------------------------------------------------------- */

/* Is this the kernel's line, without its end, about a process that wrote to 0? */
static bool tells_of(const char *line, uint64_t pid)
{
	static const char why[] = ": a write to 0x0, which is not mapped";
	char begin[80];
	size_t begin_bytes = format(begin, sizeof begin, "pith: process %lu (tests) has ended at 0x", pid),
	       bytes = strlen(line);

	return bytes > begin_bytes + sizeof why && strncmp(line, begin, begin_bytes) == 0 &&
	       strcmp(line + bytes - (sizeof why - 1), why) == 0;
}

/* Two processes on each of four processors fault at one time, `when`: the kernel prints one line for each, and nothing
 * else. Best as the first faults after boot. */
static void faults_at_once(const uint64_t number[4])
{
	enum { COUNT = 8 };
	uint64_t all = processors(), pid[COUNT], from = ~0ull, when = sys_clock() + 300 * MILLISECONDS, lines = 0;
	char text[PITH_WRITE_MOST];

	(void)number;
	EXPECT(sys_log(&from, text, 0), 0);
	for (uint64_t i = 0; i < COUNT; i++)
		pid[i] = child_on((int64_t)(i % all), "touch", WRITE, 0, when);
	for (uint64_t i = 0; i < COUNT; i++)
		expect_fault(pid[i], "write", 0);
	uint64_t bytes = GOOD(sys_log(&from, text, sizeof text - 1));
	for (char *line = text, *end; line < text + bytes; line = end + 1, lines++) {
		for (end = line; end < text + bytes && *end != '\n'; end++)
			;
		*end = 0;
		bool is_told = false;
		for (uint64_t i = 0; i < COUNT; i++)
			is_told |= tells_of(line, pid[i]);
		if (!is_told)
			fail("the kernel says: %s", line);
	}
	EXPECT(lines, COUNT);
}

/* ---- One's own ------------------------------------------------------------------------------------------------- */

static void own_memory(const uint64_t number[4])
{
	static const char *const kinds[] = { "null", "text", "data", "stack", "kernel", "illegal" };

	(void)number;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		expect_fault(GOOD(spawn(-1, "crash", kinds[i])), kinds[i], 0);
	for (uint64_t kind = 0; kind < MISUSES; kind++)
		expect_fault(child("misuse", kind, 0, 0), "misuse", kind);
}

static void role_misuse(const uint64_t number[4])
{
	static const uint64_t constant = MACHINE_RETURN; /* would return if it were executed */
	volatile uint64_t on_stack = MACHINE_RETURN;
	uint64_t read_write = GOOD(sys_map(0, PAGE, PITH_MAP_WRITE)), read_only = GOOD(sys_map(0, PAGE, 0));
	uint64_t executable = GOOD(sys_map(0, PAGE, PITH_MAP_EXECUTE)), gone = GOOD(sys_map(0, PAGE, PITH_MAP_WRITE));
	const uint64_t kinds[MISUSES][4] = {
		{ EXECUTE, (uint64_t)&on_stack }, { EXECUTE, read_write }, { WRITE, read_only }, { WRITE, executable },
		{ WRITE, (uint64_t)&constant }, { EXECUTE, (uint64_t)&constant }, { READ, gone },
	};

	*(volatile uint64_t *)read_write = MACHINE_RETURN;
	*(volatile uint64_t *)gone = 1; /* so that translations of it are in the TLB */
	(void)*(volatile uint64_t *)read_only;
	GOOD(sys_unmap(gone, PAGE));
	role_touch(kinds[number[0]]);
}

/* ---- The processor --------------------------------------------------------------------------------------------- */

#define FUNCTION(name, text) static void hostile_##name(void) { __asm__ volatile(text HOSTILE_CLOBBERS); }
HOSTILE_FATAL(FUNCTION)
HOSTILE_HARMLESS(FUNCTION)
HOSTILE_GUARDED(FUNCTION)
HOSTILE_UNCHECKED_BY_SOME(FUNCTION)
#define ENTRY(name, text) { #name, hostile_##name },
static const struct hostile {
	const char *name;
	void (*run)(void);
} fatal[] = { HOSTILE_FATAL(ENTRY) { NULL, NULL } }, harmless[] = { HOSTILE_HARMLESS(ENTRY) { NULL, NULL } },
  guarded[] = { HOSTILE_GUARDED(ENTRY) { NULL, NULL } },
  	unchecked[] = { HOSTILE_UNCHECKED_BY_SOME(ENTRY) { NULL, NULL } };

enum hostility { FATAL, HARMLESS, GUARDED, UNCHECKED };
static const struct hostile *const hostilities[] = {
	[FATAL] = fatal, [HARMLESS] = harmless, [GUARDED] = guarded, [UNCHECKED] = unchecked,
};

static void role_hostile(const uint64_t number[4])
{
	hostilities[number[0]][number[1]].run();
}

/* The processor alone checks these. One of them must fault on every processor; if it does not, this emulator checks
 * none of them. */
static void unchecked_instructions(void)
{
	if (unchecked[0].name && status_of(child("hostile", UNCHECKED, 0, 0)) == 0) {
		print("tests: this processor does not check the privilege of %s\n", unchecked[0].name);
		return;
	}
	for (uint64_t i = 0; unchecked[i].name; i++)
		expect_fault(child("hostile", UNCHECKED, i, 0), unchecked[i].name, i);
}

static void instructions(const uint64_t number[4])
{
	(void)number;
	for (uint64_t i = 0; fatal[i].name; i++)
		expect_fault(child("hostile", FATAL, i, 0), fatal[i].name, i);
	for (uint64_t i = 0; harmless[i].name; i++) {
		int64_t status = status_of(child("hostile", HARMLESS, i, 0));
		if (status != 0)
			fail("%s: status %ld", harmless[i].name, status);
	}
	unchecked_instructions();
}

/* Instructions that only some processors can forbid user mode; there they must fault, on each processor. */
static void guarded_instructions(const uint64_t number[4])
{
	uint64_t all = processors();

	(void)number;
	if (!hostile_is_guarded())
		return;
	print("tests: this processor has " HOSTILE_GUARDED_BY "\n");
	for (uint64_t p = 0; p < all; p++)
		for (uint64_t i = 0; guarded[i].name; i++)
			expect_fault(child_on((int64_t)p, "hostile", GUARDED, i, 0), guarded[i].name, p);
}

/* The flags of a process that calls the kernel must not reach other processes on this processor, which resume after an
 * interrupt. */
static void role_yield_with_flags(const uint64_t number[4])
{
	for (uint64_t i = 0; i < number[0]; i++)
		__asm__ volatile(HOSTILE_YIELD_WITH_FLAGS HOSTILE_CLOBBERS);
}

static void flags(const uint64_t number[4])
{
	int64_t last = (int64_t)processors() - 1;
	uint64_t spinner = child_on(last, "spin", 0, 0, 0);

	(void)number;
	join(child_on(last, "yield with flags", 10, 0, 0));
	end(spinner);
}

static __attribute__((noinline)) void set_flags(void)
{
	__asm__ volatile(HOSTILE_SET_FLAGS HOSTILE_CLOBBERS);
}

/* Runs on that processor, for ever, with flags that the kernel must not keep: spins, prints, or prints from an unmapped
 * address. For scenarios. */
static void role_flagged(const uint64_t number[4])
{
	GOOD(sys_pin((int64_t)number[0]));
	set_flags();
	for (;;)
		if (number[1])
			sys_write(number[1] == 1 ? "flagged\n" : (const char *)0x30000000, 8);
}

/* ---- Other processes ------------------------------------------------------------------------------------------- */

enum { SHARED_AT = 0x20000000, SHARED_BYTES = 16 * PAGE };

/* This process's memory keeps its values, whatever other processes store at the same addresses. */
static void role_own_pages(const uint64_t number[4])
{
	static uint64_t value; /* at the same place, too */
	volatile uint64_t *at = (volatile uint64_t *)GOOD(sys_map(SHARED_AT, SHARED_BYTES, PITH_MAP_WRITE));

	value = number[0];
	for (uint64_t i = 0; i < SHARED_BYTES / sizeof *at; i++) {
		CHECK(at[i] == 0);
		at[i] = number[0] + i;
	}
	for (uint64_t round = 0; round < number[1]; round++) {
		sys_yield();
		CHECK(value == number[0]);
		for (uint64_t i = 0; i < SHARED_BYTES / sizeof *at; i += 64)
			CHECK(at[i] == number[0] + i);
	}
}

static void isolation(const uint64_t number[4])
{
	uint64_t pid[6];

	(void)number;
	for (uint64_t i = 0; i < 6; i++)
		pid[i] = child("own pages", (i + 1) << 32, quick ? 50 : 500, 0);
	for (uint64_t i = 0; i < 6; i++)
		join(pid[i]);
}

/* New memory has no data of earlier processes. */
static void role_dirty(const uint64_t number[4])
{
	uint64_t bytes = number[0] * PAGE, at = GOOD(sys_map(0, bytes, PITH_MAP_WRITE));

	for (uint64_t i = 0; i < bytes; i += 8)
		CHECK(*(volatile uint64_t *)(at + i) == 0);
	memset((void *)at, 0xa5, bytes);
}

static void clean_memory(const uint64_t number[4])
{
	(void)number;
	for (unsigned i = 0; i < (quick ? 5 : 20); i++)
		join(child("dirty", 256, 0, 0));
}

const struct test protection_tests[] = {
	{ "kernel-memory", kernel_memory, TEST },
	{ "faults-at-once", faults_at_once, ALONE },
	{ "own-memory", own_memory, TEST },
	{ "instructions", instructions, TEST },
	{ "guarded-instructions", guarded_instructions, TEST },
	{ "flags", flags, TEST },
	{ "isolation", isolation, TEST },
	{ "clean-memory", clean_memory, TEST },
	{ "touch", role_touch, ROLE },
	{ "misuse", role_misuse, ROLE },
	{ "hostile", role_hostile, ROLE },
	{ "yield with flags", role_yield_with_flags, ROLE },
	{ "flagged", role_flagged, ROLE },
	{ "own pages", role_own_pages, ROLE },
	{ "dirty", role_dirty, ROLE },
	{ NULL, NULL, ROLE },
};
