#include "machine.h"

#include <string.h>

#include "arch/shared.h"
#include "arch/views.h"
#include "cpu.h"
#include "image.h"

struct machine_state machine;

static struct machine_register defaults[MACHINE_REGISTERS];
static unsigned default_count;
static unsigned running; /* which processor */
static jmp_buf parked;   /* the boot processor, while another runs */
static bool begun;       /* others have been told to begin */
static uint64_t begun_at;

static uintptr_t in_copy(const char *in_image)
{
	return (uintptr_t)enter_physical_of(&handoff, in_image, image_base);
}

/* ---- The image: what assembly and linker script have there ---------------------------------------------- */

/* Where the vectors go is not in what fills the image: vectors.c has to see to all of it. */
__asm__(".pushsection fake_image, \"aw\", @progbits\n" /* linked last */
        ".globl net_vector, net_vector_end, fault_common, park_call, park_wait, park_end, secondary_entry\n"
        ".globl arch_return_trap, net_vectors, park_vectors, image_scratch, image_end\n"
        ".balign 4096\n"
        "assembly:\n"
        "net_vector: .skip 32\n"
        "net_vector_end: .skip 64\n"
        "fault_common: .skip 64\n"
        "park_call: .skip 24\n"
        "park_wait: .skip 8\n"
        "park_end: .skip 64\n"
        "secondary_entry: .skip 64\n"
        "arch_return_trap: .skip 64\n"
        ".balign 2048\n"
        "net_vectors: .skip 2048\n"
        "park_vectors: .skip 2048\n"
        ".balign 4096\n"
        "image_scratch:\nimage_end:\n"
        ".popsection");
extern char assembly[];

extern const char net_vector[], net_vector_end[], fault_common[], park_call[], park_wait[], park_end[];
extern const char secondary_entry[];
extern const uint64_t secondaries[];

/* ---- Registers ------------------------------------------------------------------------------------------ */

static struct machine_register *find(struct machine_register *in, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(in[i].name, name) == 0)
			return &in[i];
	return NULL;
}

static void set(struct machine_register *in, unsigned *count, const char *name, uint64_t value)
{
	struct machine_register *r = find(in, *count, name);

	if (!r && *count < MACHINE_REGISTERS)
		r = &in[(*count)++];
	if (r)
		*r = (struct machine_register){ name, value };
	else
		machine_failed("too many registers");
}

void machine_has(const char *name, uint64_t value)
{
	set(defaults, &default_count, name, value);
}

uint64_t machine_register(unsigned cpu, const char *name)
{
	struct machine_cpu *c = &machine.cpus[cpu];
	const struct machine_register *r = find(c->written, c->write_count, name);

	if (!r)
		r = find(defaults, default_count, name);
	return r ? r->value : 0;
}

/* With E2H = 1 the name means EL2's. Others that do are not read after they have been written. */
static const char *meant(const char *name)
{
	return machine.host && strcmp(name, "far_el1") == 0 ? "far_el2" : name;
}

uint64_t machine_read(const char *name)
{
	const struct machine_cpu *c = &machine.cpus[running];

	if (strcmp(name, "CurrentEL") == 0)
		return c->level << 2;
	if (strcmp(name, "mpidr_el1") == 0)
		return c->id | BIT(31); /* RES1 */
	if (strncmp(name, "cntpct", 6) == 0 || strncmp(name, "cntvct", 6) == 0)
		return fake.counter += 100;
	return machine_register(running, meant(name));
}

void machine_write(const char *name, uint64_t value)
{
	struct machine_cpu *c = &machine.cpus[running];

	if (!running && strcmp(name, "cntp_ctl_el0") == 0)
		fake_event(EVENT_QUIET, 0, 0);
	if (machine.sre_stays_0 && strcmp(name, MACHINE_NAME(ICC_SRE_EL2)) == 0)
		value &= ~(uint64_t)ICC_SRE_SRE;
	set(c->written, &c->write_count, meant(name), value);
}

/* ---- Caches and barriers -------------------------------------------------------------------------------- */

static void run_late(uintptr_t at);

/* After the switch, what is cleaned must be mapped: in the transition space. */
static void must_be_mapped(paddr page)
{
	struct walker w = world_walker(handoff.transition, handoff.root ? handoff.root : handoff.transition);
	struct walk found;

	walk(&w, page, &found);
	if (!found.mapped || found.phys != page)
		machine_failed("%#llx is cleaned and not mapped", (unsigned long long)page);
}

static void note(enum event_kind kind, uint64_t at)
{
	struct event *last = fake.event_count ? &fake.events[fake.event_count - 1] : NULL;

	bool first = !last || last->kind != kind || at % PAGE_BYTES == 0;

	if (machine.cpus[0].switched.target && first && at - ARENA < ARENA_BYTES)
		must_be_mapped(align_down(at, PAGE_BYTES));
	if (last && last->kind == kind && last->base + last->bytes == at)
		last->bytes += machine.line_bytes;
	else
		fake_event(kind, at, machine.line_bytes);
}

void cpu_clean_invalidate_to_poc(uintptr_t at)
{
	run_late(at);
	note(EVENT_CLEAN, at);
	views_clean_invalidate(at);
}

void cpu_clean_to_pou(uintptr_t at)
{
	run_late(at);
	note(EVENT_SYNC, at);
	views_clean_to_unification(at);
}

void cpu_data_barrier(void)
{
	views_barrier();
}

void cpu_invalidate_instructions(void)
{
	views_invalidate_instructions();
}

void cpu_instruction_barrier(void)
{
}

void cpu_flush_page(uintptr_t at)
{
	machine.flushed[1] = at;
}

void cpu_flush_page_el2(uintptr_t at)
{
	machine.flushed[2] = at;
}

void cpu_interrupts_off(void)
{
	machine.masked |= !running;
}

static void must_be_in_memory(const char *what, uintptr_t at, uint64_t bytes)
{
	if (!views_memory_has(at, bytes))
		machine_failed("%s is not in memory for who reads it without caches", what);
}

/* ---- Other processors ----------------------------------------------------------------------------------- */

void secondary_early(unsigned index, void *area) __attribute__((noreturn)); /* cpus.c */

/* All that a processor reads before its caches are on: of its entry all, of the others' the ids. Who has failed is not
 * told so here: it would have to begin first. */
static void check_start(void)
{
	const struct handoff_cpu *list = (const struct handoff_cpu *)(uintptr_t)handoff.cpus_phys;

	if (!begun) {
		fake_event(EVENT_CPUS, 0, handoff.cpu_count);
		begun_at = fake.counter;
	}
	begun = true;
	must_be_in_memory("what a processor looks up", (uintptr_t)secondaries, SECONDARIES_AREAS + 8);
	must_be_in_memory("the net", handoff.net_phys, image_bytes());
	for (unsigned i = 0; i < handoff.cpu_count; i++) {
		must_be_in_memory("a processor's entry", (uintptr_t)&list[i],
		                  list[i].state == HANDOFF_CPU_STARTING ? sizeof list[i] : sizeof list[i].hardware_id);
		must_be_in_memory("a processor's area", list[i].area, SECONDARY_AREA_BYTES);
	}
}

static void stops_here(void)
{
	longjmp(parked, 1);
}

/* secondary.S: what it looks up, it reads from memory. */
static void secondary_begins(uint64_t id)
{
	uint64_t list = views_memory((uintptr_t)secondaries + SECONDARIES_LIST);
	uint64_t count = views_memory((uintptr_t)secondaries + SECONDARIES_COUNT);
	uint64_t area = views_memory((uintptr_t)secondaries + SECONDARIES_AREAS);

	for (unsigned i = 0; i < count; i++, area += SECONDARY_AREA_BYTES) {
		if (views_memory(list + i * HANDOFF_CPU_BYTES) != id)
			continue;
		/* cpus.c reads it through the host's memory. */
		must_be_in_memory("its entry", list + i * HANDOFF_CPU_BYTES, HANDOFF_CPU_BYTES);
		views_uncached(area, sizeof(struct switch_state) + 8);
		secondary_early(i, (void *)(uintptr_t)area);
	}
	stops_here();
}

static void run(unsigned cpu)
{
	struct machine_cpu *c = &machine.cpus[cpu];

	c->ran = true;
	if (c->begin != in_copy(secondary_entry))
		machine_failed("processor %u begins at %#llx", cpu, (unsigned long long)c->begin);
	if (machine_failure[0])
		return;
	running = cpu;
	if (!setjmp(parked))
		secondary_begins(c->id);
	views_cached();
	running = 0;
}

void cpu_pause(void)
{
	for (unsigned i = 1; i < MACHINE_CPUS && !running; i++) {
		const struct machine_cpu *c = &machine.cpus[i];
		if (c->begin && !c->ran && !c->dead && !c->late && fake.counter - begun_at >= c->after_ms * 1000ull)
			run(i);
	}
}

/* Somebody who has been given up comes before anything is cleaned but what he would look at. */
static void run_late(uintptr_t at)
{
	for (unsigned i = 1; i < MACHINE_CPUS && !running && begun; i++) {
		const struct machine_cpu *c = &machine.cpus[i];
		bool looks = at == c->release ||
		             at - handoff.cpus_phys < PAGE_BYTES + handoff.cpu_count * SECONDARY_AREA_BYTES;
		if (c->late && c->begin && !c->ran && !looks)
			run(i);
	}
}

/* Whoever waits at a spin table looks into memory. */
void cpu_send_event(void)
{
	views_barrier();
	for (unsigned i = 1; i < MACHINE_CPUS; i++) {
		struct machine_cpu *c = &machine.cpus[i];
		if (!c->release || c->begin)
			continue;
		check_start();
		c->begin = views_memory(c->release);
	}
}

static uint64_t psci(uint64_t function, uint64_t id, uint64_t entry)
{
	check_start();
	for (unsigned i = 1; i < MACHINE_CPUS; i++) {
		struct machine_cpu *c = &machine.cpus[i];
		if (c->id != id || function != 0xc4000003)
			continue;
		c->calls++;
		if (!c->psci)
			c->begin = entry;
		return (uint32_t)c->psci; /* firmware may answer in w0 */
	}
	machine_failed("PSCI was asked for %#llx of %#llx", (unsigned long long)function, (unsigned long long)id);
	return 0;
}

uint64_t cpu_smc(uint64_t function, uint64_t first, uint64_t second, uint64_t third)
{
	(void)third;
	machine.smc++;
	return psci(function, first, second);
}

uint64_t cpu_hvc(uint64_t function, uint64_t first, uint64_t second, uint64_t third)
{
	(void)third;
	machine.hvc++;
	return psci(function, first, second);
}

static void wait(void)
{
	machine.cpus[running].parked = true;
	if (!machine.waiting)
		stops_here();
	machine.waiting();
}

void cpu_wait_for_event(void)
{
	if (!machine.cpus[running].uncached)
		machine_failed("a processor waits for an event with its caches on");
	wait();
}

void cpu_wait_for_change(const uint64_t *word)
{
	(void)word;
	if (machine.cpus[running].uncached)
		machine_failed("an exclusive access without translation");
	wait();
}

void cpu_wait_for_interrupt(void)
{
	if (!running)
		fake_end(FAKE_HALTED);
	machine.cpus[running].halted = true;
	stops_here();
}

/* ---- The assembly ---------------------------------------------------------------------------------------- */

void switch_world(struct switch_state *s) __attribute__((noreturn));
void change_lower(paddr root);
void change_upper(paddr between, paddr root);
void change_only(paddr between, paddr root);
typedef void leaver(uint64_t stack, uint64_t entry, uint64_t argument, uint64_t one_range, uint64_t bare)
	__attribute__((noreturn));
leaver leave_mapped, leave_physical;
/* In the image's text there, and what changes is changed back. */
uint64_t try_without_host(uint64_t hcr);
uint64_t try_without_host(uint64_t hcr)
{
	if (fake.exited || !machine.host || hcr & (HCR_E2H | HCR_TGE))
		machine_failed("E2H is tried where it cannot be");
	must_be_in_memory("the code that tries", (uintptr_t)image_text, (uint64_t)(image_text_end - image_text));
	machine.tried++;
	return machine.host_is_fixed ? 2 : 1;
}

void leave_translation(uintptr_t top, uint64_t line, uint64_t one_range);

static void check_vectors(void)
{
	uint64_t target = image_net_address(&handoff, fault_common);
	size_t bytes = (size_t)(net_vector_end - net_vector) - sizeof target;

	for (unsigned i = 0; i < VECTORS; i++) {
		const uint8_t *net = (const uint8_t *)in_copy(net_vectors) + i * VECTOR_BYTES;
		const uint8_t *park = (const uint8_t *)in_copy(park_vectors) + i * VECTOR_BYTES;
		const char *parks = i == VECTOR_LOWER_SYNC ? park_call : park_wait;
		if (memcmp(net, net_vector, bytes) != 0 || read_le64(net + bytes) != target)
			machine_failed("the net's vector %u is not what it must be", i);
		if (memcmp(park, parks, (size_t)(park_end - parks)) != 0)
			machine_failed("vector %u of the level that was left is not what it must be", i);
	}
}

/* EL2 executes them with its caches off. */
static void check_park(void)
{
	if (machine.cpus[0].switched.route == ROUTE_EL2_TO_EL1)
		must_be_in_memory("what EL2 executes", in_copy(park_vectors), VECTORS * VECTOR_BYTES);
}

/* The firmware's caches are on until here. */
static void check_switch(const struct switch_state *s)
{
	must_be_in_memory("the state to switch to", (uintptr_t)s, sizeof *s);
	must_be_in_memory("the code that switches", (uintptr_t)image_text, (uint64_t)(image_text_end - image_text));
	if (!views_fetch_has(in_copy(image_text), (uint64_t)(image_text_end - image_text)) ||
	    !views_fetch_has(in_copy(net_vectors), VECTORS * VECTOR_BYTES) ||
	    !views_fetch_has(in_copy(park_vectors), VECTORS * VECTOR_BYTES))
		machine_failed("instruction fetch does not see the net's code as it is");
	if (!machine.masked)
		machine_failed("an interrupt could come");
	check_park();
	check_vectors();
}

void switch_world(struct switch_state *s)
{
	void (*target)(void) = (void (*)(void))(s->target - handoff.net_virt + (uintptr_t)image_base);

	machine.cpus[running].switched = *s;
	if (running) {
		views_cached(); /* from here on */
	} else {
		fake_event(EVENT_SWITCH, 0, 0);
		check_switch(s);
		places_physical();
	}
	target();
	__builtin_unreachable();
}

/* What a root called between has is the net, as the kernel's root has it. */
static void change(paddr between, paddr root)
{
	bool five = machine.cpus[0].switched.tcr & BIT(59);
	unsigned net = five ? handoff.net_virt >> 48 & 15 : handoff.net_virt >> 39 & 511;

	for (unsigned i = 0; i < 512; i++)
		if (read_le64((const void *)(uintptr_t)(between + 8 * i)) !=
		    (i == net ? read_le64((const void *)(uintptr_t)(handoff.root + 8 * i)) : 0))
			machine_failed("entry %u of the root between two is wrong", i);
	machine.change_root = root;
}

void change_lower(paddr root)
{
	machine_write("ttbr0_el1", root);
}

void change_upper(paddr between, paddr root)
{
	change(between, root);
	machine_write("ttbr1_el1", root);
}

void change_only(paddr between, paddr root)
{
	change(between, root);
	machine_write("ttbr0_el2", root);
}

static void leave(uint64_t stack, uint64_t entry, uint64_t argument) __attribute__((noreturn));
static void leave(uint64_t stack, uint64_t entry, uint64_t argument)
{
	struct machine_cpu *c = &machine.cpus[running];

	c->left = true;
	c->stack = stack, c->entry = entry, c->argument = argument;
	if (running)
		longjmp(parked, 1);
	check_park();
	fake_event(EVENT_ENTER, 0, 0);
	places_virtual();
	fake_end(FAKE_ENTERED);
}

void leave_mapped(uint64_t stack, uint64_t entry, uint64_t argument, uint64_t one_range, uint64_t bare)
{
	if (!bare != !(handoff.mode.state & STATE_SP_EL0))
		machine_failed("the kernel is entered on another stack pointer than its own");
	if (handoff.mode.mmu_off || one_range != (handoff.mode.level == HOBNAIL_LEVEL_EL2))
		machine_failed("the kernel is entered in another regime than its own");
	leave(stack, entry, argument);
}

/* What has been cleaned for the kernel must not have been written since. */
void leave_physical(uint64_t stack, uint64_t entry, uint64_t argument, uint64_t one_range, uint64_t bare)
{
	(void)bare;
	if (!handoff.mode.mmu_off || one_range != (handoff.mode.level == HOBNAIL_LEVEL_EL2))
		machine_failed("the kernel is entered in another regime than its own");
	for (unsigned i = 0; i < fake.event_count && !running; i++)
		if (fake.events[i].kind == EVENT_CLEAN)
			must_be_in_memory("what was cleaned", fake.events[i].base, fake.events[i].bytes);
	leave(stack, entry, argument);
}

void leave_translation(uintptr_t top, uint64_t line, uint64_t one_range)
{
	const struct handoff_cpu *list = (const struct handoff_cpu *)(uintptr_t)handoff.cpus_phys;
	bool own = false;

	for (unsigned i = 0; i < handoff.cpu_count; i++)
		own |= list[i].hardware_id == machine.cpus[running].id && list[i].stack == top;
	if (!own || line != machine.line_bytes || one_range != (handoff.mode.level == HOBNAIL_LEVEL_EL2))
		machine_failed("a processor without translation waits in another regime than its kernel's");
	machine.cpus[running].uncached = true;
}

/* ---- The beginning --------------------------------------------------------------------------------------- */

/* Arm ARM, "CTR_EL0": DminLine counts words as a power of two. */
void machine_line(uint64_t bytes)
{
	machine.line_bytes = bytes;
	machine_has("ctr_el0", (uint64_t)(__builtin_ctzll(bytes) - 2) << 16);
	views_reset(bytes);
}

void machine_reset(unsigned level)
{
	machine = (struct machine_state){ 0 };
	machine_failure[0] = 0;
	for (unsigned i = 0; i < MACHINE_CPUS; i++)
		machine.cpus[i] = (struct machine_cpu){ .id = 2 * i, .level = level };
	default_count = 0;
	machine_has("id_aa64mmfr0_el1", 5); /* 48 bits */
	machine_has("id_aa64mmfr1_el1", 1ull << ID_AA64MMFR1_VH);
	machine_has("cntfrq_el0", 1000000);
	running = 0;
	begun = false;
}

void fake_arch_reset(enum machine kind)
{
	fake_image_fill();
	memset(image_own, 0, (size_t)(assembly - image_own));
	for (char *at = assembly; at < image_end; at++)
		*at = (char)((at - assembly) * 11);
	fake.options.machine = kind;
	machine_line(16);
}

/* This processor has no generator of random numbers. */
bool cpu_random(uint64_t *out)
{
	(void)out;
	return false;
}
