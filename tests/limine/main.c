/* main.c — gathers, judges, ends the machine. */
#include "judge.h"
#include "machine.h"

static unsigned applicable, held;

static void count_verdict(unsigned number, const char *says, enum verdict v)
{
	if (v == NOT_APPLICABLE) {
		if (told("all"))
			say("L%u n/a: %s", number, says);
		return;
	}
	applicable++;
	held += v == HOLDS;
	if (v == BROKEN)
		say("L%u broken: %s: %s", number, says, finding());
	else if (told("all"))
		say("L%u holds: %s", number, says);
}

static void judge_chapter(const struct chapter *c)
{
	for (unsigned i = 0; i < c->count; i++) {
		const struct promise *p = &c->promises[i];
		count_verdict(p->number, p->says,
		              revision < p->from || revision > p->to ? NOT_APPLICABLE : p->check());
	}
}

static void judge_state(const struct state *s)
{
	for (unsigned i = 0; i < state_promise_count; i++) {
		const struct state_promise *p = &state_promises[i];
		count_verdict(p->number, p->says,
		              revision < p->from || revision > p->to ? NOT_APPLICABLE : p->check(s));
	}
}

static void judge(void)
{
	static const struct chapter *const chapters[] = {
		&image_chapter, &map_chapter, &space_chapter, &machine_chapter, &processor_chapter, &file_chapter,
		&table_chapter, &firmware_chapter, &screen_chapter, &fact_chapter,
		&request_chapter, /* last: it has the list of all objects that the others looked at */
	};

	judge_state(&boot_state);
	for (unsigned i = 0; i < COUNT_OF(chapters); i++)
		judge_chapter(chapters[i]);
}

/* What was read, for somebody who looks for a reason. */
static void show(void)
{
	for (unsigned i = 0; i < map_count && told("map"); i++)
		say("limine: map 0x%lx, 0x%lx bytes, type %lu", map[i].base, map[i].bytes, map[i].type);
	for (unsigned i = 0; i < space_count && told("space"); i++)
		say("limine: mapped 0x%lx to 0x%lx, 0x%lx bytes, rights 0x%x, memory %u", space[i].virt, space[i].phys,
		    space[i].bytes, (unsigned)space[i].rights, (unsigned)space[i].memory);
}

static void gather(void)
{
	tables_gather();
	firmware_gather();
	files_gather();
	screen_gather();
	facts_gather();
	requests_gather();
	processors_gather();
}

void kernel_main(struct state *s)
{
	machine_read(s);
	machine_open();
	map_gather();
	space_gather();
	if (!window_open() || !machine_console_open()) {
		say("limine: nothing can be judged: HHDM 0x%lx, %u map entries, %u ranges", hhdm, map_count,
		    space_count);
		machine_end(3);
	}
	machine_read_devices(s);
	say("limine: base revision %u", revision);
	show();
	gather();
	judge();
	say("limine: %u/%u", held, applicable);
	machine_end(held == applicable ? 0 : 1);
}
