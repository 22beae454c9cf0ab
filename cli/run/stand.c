/* stand.c — QEMU, "QEMU Monitor": stop, cont, log, trace-event; Arm GIC architecture specification,
 * "GICD_ISENABLER<n>", "GICR_ISENABLER0". */
#include "stand.h"

#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "still.h"
#include "strlist.h"
#include "explain/space.h"

enum { SAMPLES = 6, PAUSE_MILLISECONDS = 12, LOG_MILLISECONDS = 20 };
enum { RFLAGS_IF = 1 << 9, PSTATE_I = 1 << 7, RESET_PC = 0xfff0, RESET_CS = 0xf000 };
enum { WFI = 0xd503207f, WFE = 0xd503205f };
enum { GIC_ENABLES = 0x100, GIC_ENABLE_WORDS = 32, GIC_REDISTRIBUTOR_BYTES = 0x20000, GIC_PRIVATE = 0x10000 };
enum { STACK_BYTES = 512 }; /* that are compared */
enum { GIC_SOFTWARE_INTERRUPTS = 0xffff }; /* always enabled; only a processor causes them */

/* ---- Samples --------------------------------------------------------------------------------------------------- */

static bool is_same_state(const struct registers *a, const struct registers *b)
{
	return memcmp(a->general, b->general, sizeof(a->general)) == 0 &&
	       a->value[REGISTER_SP] == b->value[REGISTER_SP] &&
	       a->value[REGISTER_FLAGS] == b->value[REGISTER_FLAGS];
}

/* A hash of the top of the stack: without optimisation, compilers have a loop's counter there, and in no register. */
static uint64_t stack_hash(const struct view *v, const struct registers *r)
{
	uint8_t bytes[STACK_BYTES];
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
	struct cpu_space space;

	space_open(&space, r, view_memory(v), NULL);
	size_t count = space_read(&space, r->value[REGISTER_SP], bytes, sizeof(bytes));
	for (size_t i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	return hash;
}

static void add_sample(struct stand *s, const struct registers *r, uint64_t stack)
{
	s->seen++;
	for (unsigned i = 0; i < s->place_count && i < STAND_PLACES; i++)
		if (s->place[i].value[REGISTER_PC] == r->value[REGISTER_PC]) {
			s->repeats &= is_same_state(&s->place[i], r);
			s->stack_changes |= s->stack[i] != stack;
			return;
		}
	if (s->place_count < STAND_PLACES) {
		s->stack[s->place_count] = stack;
		s->place[s->place_count] = *r;
	}
	s->place_count += s->place_count <= STAND_PLACES;
}

static void add_samples(struct stands *s, const struct view *v)
{
	for (unsigned i = 0; i < s->count && i < v->cpu_count; i++)
		add_sample(&s->at[i], &v->cpus[i], stack_hash(v, &v->cpus[i]));
}

/* ---- Accesses to devices --------------------------------------------------------------------------------------- */

static void add_access(struct stands *s, const struct access *found)
{
	for (unsigned i = 0; i < s->access_count; i++) {
		struct access *a = &s->accesses[i];
		if (a->at == found->at && a->cpu == found->cpu && strcmp(a->name, found->name) == 0) {
			a->times++;
			a->varies |= a->value != found->value;
			return;
		}
	}
	if (s->access_count < STAND_ACCESSES)
		s->accesses[s->access_count++] = *found;
}

/* "memory_region_ops_read cpu 0 mr 0x55d0 addr 0x9010018 value 0x0 size 4 name 'pl031'", perhaps after a time; QEMU's
 * name for all ports that no device has is io. "Invalid read at addr 0xFE034005, size 1, region '(null)', ...", where
 * no device is, or where one refuses the access. */
static void take_line(struct stands *s, const char *line)
{
	unsigned long long at, value = 0;
	struct access a = { .times = 1 };
	int cpu;

	const char *read = strstr(line, "memory_region_ops_read cpu ");
	if (read && sscanf(read, "memory_region_ops_read cpu %d mr %*s addr %llx value %llx size %u name '%47[^']",
	                   &cpu, &at, &value, &a.bytes, a.name) == 5) {
		a.cpu = (unsigned)cpu;
		a.cpu_known = cpu >= 0;
		a.value_known = true;
		a.is_port = a.is_absent = strcmp(a.name, "io") == 0;
	} else if (sscanf(line, "Invalid read at addr %llx, size %u", &at, &a.bytes) != 2) {
		return;
	}
	a.at = at;
	a.value = value;
	add_access(s, &a);
}

void stands_log(struct stands *s, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] != '\n') {
			s->line[s->line_bytes] = bytes[i];
			s->line_bytes += s->line_bytes < STAND_LINE - 1;
			continue;
		}
		s->line[s->line_bytes] = '\0';
		s->line_bytes = 0;
		take_line(s, s->line);
	}
}

static void command(struct view *v, const char *text)
{
	free(guest_ask_monitor(v->guest, text, VIEW_MILLISECONDS, v->ears));
}

/* A busy processor's reads of devices, while the machine runs for a moment. */
static void log_accesses(struct stands *s, struct view *v)
{
	bool is_busy = false;

	for (unsigned i = 0; i < s->count; i++)
		is_busy |= s->at[i].kind == STAND_SPINS || s->at[i].kind == STAND_RUNS;
	if (!is_busy)
		return;
	command(v, "trace-event memory_region_ops_read on");
	command(v, "log int,cpu_reset,guest_errors");
	command(v, "log int,cpu_reset,invalid_mem"); /* reads of nothing, in newer QEMUs; others refuse it */
	view_run(v, LOG_MILLISECONDS);
	command(v, "trace-event memory_region_ops_read off");
	command(v, "log int,cpu_reset");
	guest_hear_rest(v->guest, v->ears);
}

static void find_devices(struct stands *s, const struct view *v)
{
	for (unsigned i = 0; i < s->access_count; i++) {
		struct access *a = &s->accesses[i];
		const struct region *port = view_region(v, a->at, true);
		a->is_absent |= !*a->name && !view_region(v, a->at, false);
		a->is_port |= port && strcmp(port->name, a->name) == 0 && !view_region(v, a->at, false);
	}
}

/* ---- Interrupts ------------------------------------------------------------------------------------------------ */

/* The words of registers that can be read without effect; all bits together. */
static uint32_t words_at(const struct view *v, paddr at, unsigned count)
{
	char *ask = string_format("xp /%uwx %#llx", count, (unsigned long long)at);
	char *text = guest_ask_monitor(v->guest, ask, VIEW_MILLISECONDS, v->ears);
	uint32_t all = text ? 0 : UINT32_MAX;

	for (const char *word = text; word && (word = strstr(word, " 0x")); word += 3)
		all |= (uint32_t)strtoul(word, NULL, 16);
	free(text);
	free(ask);
	return all;
}

/* aarch64: is there a GIC, with no interrupt enabled? QEMU's GICv2 for several processors asks which of them reads, and
 * fails when it is the monitor (hw/intc/arm_gic.c, gic_get_current_cpu). */
static bool gic_is_silent(const struct view *v)
{
	uint32_t enabled = UINT32_MAX;

	for (size_t i = 0; i < v->region_count; i++) {
		const struct region *r = &v->regions[i];
		bool is_v3 = strcmp(r->name, "gicv3_dist") == 0;
		if (is_v3 || (strcmp(r->name, "gic_dist") == 0 && v->cpu_count == 1))
			enabled = words_at(v, r->first + GIC_ENABLES, 1) |
			          words_at(v, r->first + GIC_ENABLES + 4, GIC_ENABLE_WORDS - 1);
		if (strncmp(r->name, "gicv3_redist", 12) != 0)
			continue;
		for (unsigned cpu = 0; cpu < v->cpu_count; cpu++)
			enabled |= words_at(v, r->first + cpu * GIC_REDISTRIBUTOR_BYTES + GIC_PRIVATE + GIC_ENABLES, 1);
	}
	return !(enabled & ~(uint32_t)GIC_SOFTWARE_INTERRUPTS);
}

/* ---- Kinds ----------------------------------------------------------------------------------------------------- */

static bool is_at_wait(const struct view *v, const struct registers *r)
{
	struct cpu_space space;
	uint32_t instruction = 0;

	space_open(&space, r, view_memory(v), NULL);
	space_read(&space, r->value[REGISTER_PC] - 4, &instruction, sizeof(instruction));
	return instruction == WFI || instruction == WFE;
}

static bool is_zero(const struct registers *r)
{
	for (unsigned i = 0; i < FAULT_MAX_GENERAL; i++)
		if (r->general[i])
			return false;
	return r->value[REGISTER_PC] == 0;
}

static enum stand_kind kind_of_busy(const struct stand *s)
{
	bool repeats = s->repeats && !s->stack_changes;

	return s->seen > s->place_count && s->place_count <= STAND_PLACES && repeats ? STAND_SPINS : STAND_RUNS;
}

static void judge_x86(struct stand *s)
{
	const struct registers *r = &s->place[0];
	bool halted = r->value[REGISTER_HLT] && s->place_count == 1;

	s->interrupts_off = !(r->value[REGISTER_FLAGS] & RFLAGS_IF);
	if (!halted)
		s->kind = kind_of_busy(s);
	else if (r->value[REGISTER_PC] == RESET_PC && r->segment[SEGMENT_CS].selector == RESET_CS)
		s->kind = STAND_NOT_STARTED;
	else
		s->kind = s->interrupts_off ? STAND_HALTED : STAND_WAITS;
}

static void judge_arm(struct stand *s, const struct view *v, bool no_interrupts)
{
	const struct registers *r = &s->place[0];
	bool stays = s->place_count == 1 && s->repeats;

	s->interrupts_off = r->value[REGISTER_FLAGS] & PSTATE_I;
	if (stays && is_zero(r))
		s->kind = STAND_NOT_STARTED;
	else if (stays && is_at_wait(v, r))
		s->kind = no_interrupts ? STAND_HALTED : STAND_WAITS;
	else
		s->kind = kind_of_busy(s);
}

static void judge(struct stands *s, const struct view *v)
{
	bool is_x86 = v->guest->arch == ARCH_X86_64;

	s->no_interrupts = !is_x86 && gic_is_silent(v);
	for (unsigned i = 0; i < s->count; i++) {
		if (is_x86)
			judge_x86(&s->at[i]);
		else
			judge_arm(&s->at[i], v, s->no_interrupts);
	}
}

/* ---- What it proves -------------------------------------------------------------------------------------------- */

/* Does access `a` belong to processor `cpu`? An access to nothing does not say whose it is: then it is the only busy
 * one's. */
static bool is_access_of(const struct stands *s, const struct access *a, unsigned cpu)
{
	for (unsigned i = 0; !a->cpu_known && i < s->count; i++)
		if (i != cpu && (s->at[i].kind == STAND_SPINS || s->at[i].kind == STAND_RUNS))
			return false;
	return !a->cpu_known || a->cpu == cpu;
}

/* It reads only what is not there, and always the same: only its own count of them can end the loop. */
static bool polls_nothing(const struct stands *s, unsigned cpu)
{
	const struct stand *stand = &s->at[cpu];
	bool reads = false, changes = false;

	for (unsigned i = 0; i < s->access_count; i++)
		if (is_access_of(s, &s->accesses[i], cpu)) {
			reads = true;
			changes |= !s->accesses[i].is_absent || s->accesses[i].varies;
		}
	return stand->kind == STAND_SPINS && (stand->interrupts_off || s->no_interrupts) && reads && !changes;
}

static bool nothing_ends(const struct stands *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->at[i].kind != STAND_HALTED && s->at[i].kind != STAND_NOT_STARTED && !polls_nothing(s, i))
			return false;
	return s->count;
}

static bool nobody_polls(const struct stands *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (polls_nothing(s, i))
			return false;
	return true;
}

void stands_take(struct stands *s, struct view *v, bool may_run, bool may_log)
{
	*s = (struct stands){ .count = v->cpu_count };
	s->at = memory_resize(NULL, (s->count + !s->count) * sizeof(*s->at));
	for (unsigned i = 0; i < s->count; i++)
		s->at[i] = (struct stand){ .repeats = true };
	add_samples(s, v);
	for (unsigned i = 1; may_run && i < SAMPLES && view_run(v, PAUSE_MILLISECONDS + (int)i); i++) {
		view_registers(v);
		add_samples(s, v);
	}
	judge(s, v);
	if (may_run && may_log && v->guest->end == GUEST_RUNS)
		log_accesses(s, v);
	find_devices(s, v);
	s->memory_is_still = may_run && nothing_ends(s) && !nobody_polls(s) && memory_is_still(v, PAUSE_MILLISECONDS);
}

void stands_free(struct stands *s)
{
	free(s->at);
	*s = (struct stands){ .at = NULL };
}

bool stands_are_final(const struct stands *s)
{
	return nothing_ends(s) && (nobody_polls(s) || s->memory_is_still);
}
