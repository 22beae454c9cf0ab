/* processors.c — starts the other processors through `goto_address`, and judges them (docs/limine.md, "Processors"). */
#include "acpi.h"
#include "machine.h"
#include "processors.h"

enum { PROCESSORS_MOST = 128, STACK_PARTS = 4, WAIT_HUNDREDTHS = 3000 };

static answer_mp answer;
static bool answered;
static unsigned count; /* of `processors`, at most PROCESSORS_MOST */
static struct processor {
	uint64_t at; /* of its information */
	mp_info info; /* before anything was written to it */
	struct state *state; /* NULL: it has not come */
	bool readable;
} processors[PROCESSORS_MOST];
static struct state states[PROCESSORS_MOST];

/* ---- On another processor --------------------------------------------------------------------------------------- */

void processor_main(struct state *s)
{
	machine_read(s);
	machine_open();
	machine_read_devices(s);
	__atomic_store_n(&s->ready, 1, __ATOMIC_RELEASE);
	machine_wait();
}

/* ---- On the first ----------------------------------------------------------------------------------------------- */

static bool wait_for(const struct state *s)
{
	uint64_t hundredth = machine_counts_in_10_ms(), start = machine_counter();
	uint64_t most = WAIT_HUNDREDTHS * (hundredth ? hundredth : 10000000);

	while (machine_counter() - start < most)
		if (__atomic_load_n(&s->ready, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

static bool store(uint64_t to, uint64_t value)
{
	return copy_safely((void *)to, &value, sizeof value);
}

static void start(struct processor *p, struct state *s)
{
	s->argument = p->at;
	if (!store(p->at + offsetof(mp_info, argument), (uint64_t)s))
		return;
	__atomic_store_n((uint64_t *)(p->at + offsetof(mp_info, start)), (uint64_t)entry_of_processor,
	                 __ATOMIC_SEQ_CST);
	__asm__ volatile("" : : : "memory");
	if (wait_for(s))
		p->state = s;
}

void processors_gather(void)
{
	uint64_t at;

	answered = take(REQUEST_MP, &answer, sizeof answer);
	if (!answered)
		return;
	take_object("the processors' pointers", answer.pointers, NULL, answer.count * sizeof at);
	for (; count < answer.count && count < PROCESSORS_MOST; count++) {
		struct processor *p = &processors[count];
		if (!copy_from(&at, answer.pointers + count * sizeof at, sizeof at))
			break;
		p->at = at;
		p->readable = take_object("a processor's information", at, &p->info, sizeof p->info);
	}
	for (unsigned i = 0; i < count; i++)
		if (processors[i].readable && processors[i].info.id != machine_id(&boot_state))
			start(&processors[i], &states[i]);
}

uint64_t processor_argument(const struct state *s)
{
	return s->argument;
}

/* ---- ACPI's list. ACPI 6.5, "Multiple APIC Description Table (MADT)" ------------------------------------------- */

enum { LOCAL_APIC = 0, LOCAL_X2APIC = 9, GICC = 11 };
#define ENABLED 1u

struct listed {
	uint64_t id;
	uint32_t uid;
	bool enabled;
};

static bool listed_of(const uint8_t *e, struct listed *l)
{
	if (e[0] == LOCAL_APIC)
		*l = (struct listed){ e[3], e[2], acpi_u32(e + 4) & ENABLED };
	else if (e[0] == LOCAL_X2APIC)
		*l = (struct listed){ acpi_u32(e + 4), acpi_u32(e + 12), acpi_u32(e + 8) & ENABLED };
	else if (e[0] == GICC)
		*l = (struct listed){ acpi_u64(e + 68), acpi_u32(e + 8), acpi_u32(e + 12) & ENABLED };
	else
		return false;
	return l->enabled;
}

uint32_t processor_uid(uint64_t id)
{
	struct acpi_walk w;
	struct listed l;

	for (acpi_madt(&w); acpi_next(&w);)
		if (listed_of(w.entry, &l) && l.id == id)
			return l.uid;
	return UINT32_MAX;
}

static unsigned listed_count(void)
{
	struct acpi_walk w;
	struct listed l;
	unsigned all = 0;

	for (acpi_madt(&w); acpi_next(&w);)
		all += listed_of(w.entry, &l) && machine_may_list(l.id);
	return all;
}

/* ---- Stacks ----------------------------------------------------------------------------------------------------- */

static uint64_t stack_bytes(void)
{
	enum { LEAST = 65536 };
	uint64_t asked = requests[REQUEST_STACK_SIZE].response ? requests[REQUEST_STACK_SIZE].own[OWN_STACK_SIZE].number
	                                                       : 0;

	return asked > LEAST ? asked : LEAST;
}

enum verdict stack_check(const struct state *s)
{
	uint64_t top = state_stack_top(s), phys;

	for (uint64_t at = top - stack_bytes(); at < top; at = (at | (PAGE_BYTES - 1)) + 1) {
		const struct mapping *m = space_find(at);
		if (!m || !(m->rights & RIGHT_WRITE))
			return broken("the stack below 0x%lx cannot be written at 0x%lx", top, at);
		phys = at - m->virt + m->phys;
		if (!map_within(phys, 1, BIT(MAP_RECLAIMABLE)))
			return broken("the stack below 0x%lx is in types 0x%lx at physical 0x%lx", top,
			              map_types(phys, 1), phys);
	}
	return HOLDS;
}

struct part {
	uint64_t phys, bytes;
};

static unsigned stack_parts(const struct state *s, struct part parts[STACK_PARTS])
{
	uint64_t top = state_stack_top(s), at = top - stack_bytes();
	unsigned found = 0;

	while (at < top && found < STACK_PARTS) {
		const struct mapping *m = space_find(at);
		if (!m)
			return 0; /* that is L41's */
		uint64_t end = m->virt + m->bytes < top ? m->virt + m->bytes : top;
		parts[found++] = (struct part){ at - m->virt + m->phys, end - at };
		at = end;
	}
	return found;
}

static bool stacks_meet(const struct state *a, const struct state *b)
{
	struct part as[STACK_PARTS], bs[STACK_PARTS];
	unsigned a_count = stack_parts(a, as), b_count = stack_parts(b, bs);

	for (unsigned i = 0; i < a_count; i++)
		for (unsigned k = 0; k < b_count; k++)
			if (as[i].phys < bs[k].phys + bs[k].bytes && bs[k].phys < as[i].phys + as[i].bytes)
				return true;
	return false;
}

/* ---- Promises --------------------------------------------------------------------------------------------------- */

static enum verdict check_list(void)
{
	uint64_t own = machine_id(&boot_state);
	unsigned boot = 0;

	if (!answered)
		return NOT_APPLICABLE;
	if (answer.boot_id != own)
		return expect("the boot processor's ID", answer.boot_id, own);
	for (unsigned i = 0; i < count; i++) {
		boot += processors[i].info.id == own;
		for (unsigned k = i + 1; k < count; k++)
			if (processors[i].info.id == processors[k].info.id)
				return broken("entries %u and %u have ID 0x%lx", i, k, (uint64_t)processors[i].info.id);
	}
	return expect("entries of the boot processor", boot, 1);
}

static enum verdict check_count(void)
{
	unsigned listed = listed_count();

	if (!answered)
		return NOT_APPLICABLE;
	uint64_t want = told_number("cpus", listed ? listed : answer.count);
	return expect("the number of processors", answer.count, want);
}

static enum verdict check_uids(void)
{
	bool acpi = requests[REQUEST_RSDP].response != 0;

	if (!answered)
		return NOT_APPLICABLE;
	for (unsigned i = 0; i < count; i++) {
		uint32_t want = acpi ? processor_uid(processors[i].info.id) : 0;
		if (processors[i].info.uid != want)
			return broken("entry %u, ID 0x%lx, has UID 0x%x, not 0x%x", i, (uint64_t)processors[i].info.id,
			              processors[i].info.uid, want);
	}
	return HOLDS;
}

static enum verdict check_parked(void)
{
	if (!answered)
		return NOT_APPLICABLE;
	for (unsigned i = 0; i < count; i++)
		if (processors[i].info.start)
			return broken("goto_address of entry %u is 0x%lx", i, processors[i].info.start);
	return HOLDS;
}

static bool is_other(unsigned i)
{
	return processors[i].info.id != machine_id(&boot_state);
}

static enum verdict check_started(void)
{
	bool any = false;

	for (unsigned i = 0; i < count; i++) {
		const struct state *s = processors[i].state;
		if (!is_other(i))
			continue;
		any = true;
		if (!s)
			return broken("processor %u, ID 0x%lx, does not come", i, (uint64_t)processors[i].info.id);
		if (machine_id(s) != processors[i].info.id)
			return broken("entry %u has ID 0x%lx, and 0x%lx has come", i, (uint64_t)processors[i].info.id,
			              machine_id(s));
	}
	return any ? HOLDS : NOT_APPLICABLE;
}

static enum verdict check_stacks(void)
{
	bool any = false;

	for (unsigned i = 0; i < count; i++) {
		const struct state *a = processors[i].state;
		if (a && stacks_meet(a, &boot_state))
			return broken("processor %u has the first one's stack", i);
		for (unsigned k = i + 1; a && k < count; k++)
			if (processors[k].state && stacks_meet(a, processors[k].state))
				return broken("processors %u and %u share a stack", i, k);
		any = any || a;
	}
	return any ? HOLDS : NOT_APPLICABLE;
}

static enum verdict check_state(unsigned i, const struct state *s)
{
	static char why[200];

	for (unsigned k = 0; k < state_promise_count; k++) {
		const struct state_promise *p = &state_promises[k];
		if (revision < p->from || revision > p->to || p->check(s) != BROKEN)
			continue;
		size_t n = 0;
		for (; finding()[n] && n < sizeof why - 1; n++)
			why[n] = finding()[n];
		why[n] = 0;
		return broken("processor %u, L%u: %s", i, p->number, why);
	}
	return HOLDS;
}

static enum verdict check_states(void)
{
	bool any = false;

	for (unsigned i = 0; i < count; i++) {
		if (!processors[i].state)
			continue;
		any = true;
		if (check_state(i, processors[i].state) == BROKEN)
			return BROKEN;
	}
	return any ? HOLDS : NOT_APPLICABLE;
}

static enum verdict check_flags(void)
{
	return answered ? expect("the answer's flags", answer.flags, machine_mp_flags(&boot_state)) : NOT_APPLICABLE;
}

static const struct promise promises[] = {
	{ 70, "each processor is listed once, the first one among them", 0, NEWEST, check_list },
	{ 71, "all processors are listed", 0, NEWEST, check_count },
	{ 72, "processors have ACPI's numbers", 0, NEWEST, check_uids },
	{ 73, "nobody has been sent anywhere", 0, NEWEST, check_parked },
	{ 74, "a released processor enters where it is sent, with its information", 0, NEWEST, check_started },
	{ 75, "each processor has a stack of its own", 0, NEWEST, check_stacks },
	{ 76, "the other processors are entered like the first", 0, NEWEST, check_states },
	{ 77, "the answer's flags are the processors' mode", 0, NEWEST, check_flags },
};

const struct chapter processor_chapter = { promises, COUNT_OF(promises) };
