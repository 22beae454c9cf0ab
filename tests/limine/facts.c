/* facts.c — what the loader tells of itself, of time and chance (docs/limine.md, "Facts"). */
#include "machine.h"
#include "judge.h"

enum { ENTROPY_MOST = 64, NAME_BYTES = 64 };

static char name[NAME_BYTES], version[NAME_BYTES];

void facts_gather(void)
{
	struct answer_pair a;

	if (take(REQUEST_BOOTLOADER_INFO, &a, sizeof a) && take_text("the loader's name", a.first, name, sizeof name) &&
	    take_text("the loader's version", a.second, version, sizeof version))
		say("limine: loaded by %s %s", name, version);
}

static bool is_text(const char *text)
{
	bool any = false;

	for (; *text; text++, any = true)
		if (*text < ' ' || *text > '~')
			return false;
	return any;
}

static enum verdict check_info(void)
{
	if (!requests[REQUEST_BOOTLOADER_INFO].response)
		return NOT_APPLICABLE;
	return is_text(name) && is_text(version) ? HOLDS : broken("name '%s', version '%s'", name, version);
}

static enum verdict check_command_line(void)
{
	struct answer_pointer line, file_at;
	struct file f;

	if (!take(REQUEST_CMDLINE, &line, sizeof line) || !take(REQUEST_EXECUTABLE_FILE, &file_at, sizeof file_at))
		return NOT_APPLICABLE;
	if (!take_object("the kernel's file", file_at.address, &f, sizeof f))
		return NOT_APPLICABLE;
	return expect("the file's string", f.string, line.address);
}

static enum verdict check_date(void)
{
	struct answer_number a;
	const uint64_t year_2020 = 1577836800, year_2100 = 4102444800;

	if (!take(REQUEST_DATE, &a, sizeof a))
		return told("clock") ? broken("there is no answer") : NOT_APPLICABLE;
	return a.value >= year_2020 && a.value < year_2100 ? HOLDS : broken("%lu seconds since 1970", a.value);
}

static enum verdict check_times(void)
{
	struct answer_times a;

	if (!take(REQUEST_PERFORMANCE, &a, sizeof a))
		return requests[REQUEST_TSC_FREQUENCY].response ? broken("there is no answer") : NOT_APPLICABLE;
	if (a.reset > a.init || a.init > a.exec || a.exec == 0)
		return broken("reset %lu, init %lu, exec %lu", a.reset, a.init, a.exec);
	return HOLDS;
}

/* Within a quarter of what another clock shows: emulators let both run unevenly. They may also stand still at any
 * moment, so one good measurement is enough. */
static enum verdict check_by_clock(uint64_t hz)
{
	enum { TIMES = 20 };
	uint64_t measured = 0;

	for (unsigned i = 0; i < TIMES; i++) {
		measured = machine_counts_in_10_ms() * 100;
		if (measured == 0)
			return hz ? HOLDS : broken("0 Hz");
		if (hz > measured - measured / 4 && hz < measured + measured / 4)
			return HOLDS;
	}
	return broken("%lu Hz, and %lu were measured", hz, measured);
}

/* Exact where the processor names the rate itself. */
static enum verdict check_frequency(void)
{
	struct answer_number a;
	uint64_t said = machine_counter_hz();

	if (!take(REQUEST_TSC_FREQUENCY, &a, sizeof a))
		return said || told("clock") ? broken("there is no answer") : NOT_APPLICABLE;
	return said ? expect("the frequency", a.value, said) : check_by_clock(a.value);
}

static enum verdict check_entropy(void)
{
	struct answer_list a;
	uint64_t values[ENTROPY_MOST], asked = requests[REQUEST_ENTROPY].own[OWN_ENTROPY_COUNT].number;

	if (!take(REQUEST_ENTROPY, &a, sizeof a))
		return NOT_APPLICABLE;
	if (a.count == 0 || a.count > asked || asked > ENTROPY_MOST || a.pointers == 0)
		return broken("%lu values at 0x%lx, where %lu were asked for", a.count, a.pointers, asked);
	if (!take_object("random values", a.pointers, values, a.count * sizeof values[0]))
		return broken("the values cannot be read");
	for (unsigned i = 0; i < a.count; i++)
		for (unsigned k = i + 1; k < a.count; k++)
			if (values[i] == values[k])
				return broken("values %u and %u are both 0x%lx", i, k, values[i]);
	return HOLDS;
}

static const struct promise promises[] = {
	{ 130, "the loader says its name and version", 0, NEWEST, check_info },
	{ 131, "the command line is the string of the kernel's file", 0, NEWEST, check_command_line },
	{ 132, "the date is one of this century", 0, NEWEST, check_date },
	{ 133, "reset, start of the loader and start of the kernel follow each other", 0, NEWEST, check_times },
	{ 134, "the counter's frequency is right", 0, NEWEST, check_frequency },
	{ 135, "there are random values, and they differ", 0, NEWEST, check_entropy },
};

const struct chapter fact_chapter = { promises, COUNT_OF(promises) };
