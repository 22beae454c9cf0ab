#include "run.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "process.h"
#include "run_symbols.h"
#include "explain/explanation.h"
#include "explain/from_qemu.h"

/* In milliseconds. */
enum {
	LOOP = 500,      /* the same exceptions for so long are endless */
	LOOK_FIRST = 1000,
	ANSWER = 1000,   /* QEMU is asked, first of all, whether the machine runs */
};
enum { LOOP_LEAST = 100 }; /* so many more in that time */

void outside_log(struct run *r, const char *bytes, size_t count)
{
	struct outside *o = &r->outside;

	if (o->is_over)
		return;
	if (o->is_probing)
		stands_log(&o->stands, bytes, count);
	exceptions_feed(&o->exceptions, bytes, count); /* also then: the guest may fail while it is looked at */
}

/* ---- Reports --------------------------------------------------------------------------------------------------- */

/* Reports go to standard error, as the verdict does. */
static FILE *begin_report(struct run *r)
{
	if (r->inside_line)
		putchar('\n');
	fflush(stdout);
	r->inside_line = false;
	r->outside.has_explained = true;
	return stderr;
}

/* The processor that has these registers at the exception. The log of x86_64 does not name it, but it stands there
 * still if it could not enter the handler. */
static unsigned cpu_of(const struct view *v, const struct failure *f)
{
	unsigned cpu = 0;

	if (sscanf(f->who, "CPU %u", &cpu) == 1)
		return cpu;
	for (unsigned i = 0; i < v->cpu_count; i++)
		if (v->cpus[i].value[REGISTER_PC] == f->registers.value[REGISTER_PC] &&
		    v->cpus[i].value[REGISTER_SP] == f->registers.value[REGISTER_SP])
			return i;
	return 0;
}

/* aarch64's log has the exception's own registers. The others are those of the stopped machine: the tables have not
 * changed since, and the general registers neither if no handler has run. */
static void complete(struct failure *f, const struct registers *now)
{
	struct registers *r = &f->registers;

	if (r->arch != HOBNAIL_ARCH_AARCH64)
		return;
	for (unsigned level = 0; level < LEVELS; level++)
		for (unsigned id = 0; id < SYSTEM_ESR; id++) { /* the last four are the exception's */
			if (r->system_known[level] >> id & 1 || !(now->system_known[level] >> id & 1))
				continue;
			r->system[level][id] = now->system[level][id];
			r->system_known[level] |= (uint16_t)(1u << id);
		}
	if (!f->vectors_fail)
		return;
	memcpy(r->general, now->general, sizeof(r->general));
	r->general_known = now->general_known;
	registers_set(r, "sp", now->value[REGISTER_SP]);
}

static void print_fault(struct run *r, struct view *v, struct failure *f)
{
	static struct report report; /* several KiB */
	unsigned cpu = cpu_of(v, f);
	char who[sizeof(f->who)];

	if (cpu < v->cpu_count)
		complete(f, &v->cpus[cpu]);
	snprintf(who, sizeof(who), "CPU %u", cpu);
	struct symbols *symbols = run_symbols(r, v, &f->registers);
	explanation_make(f, view_memory(v), symbols, &report);
	FILE *out = begin_report(r);
	report_print(&report, who, out);
	symbols_free(symbols);
}

static void print_stands(struct run *r, struct view *v)
{
	struct symbols *symbols = run_symbols(r, v, NULL);
	FILE *out = begin_report(r);

	stands_print(&r->outside.stands, v, symbols, out);
	symbols_free(symbols);
}

/* ---- Looking ---------------------------------------------------------------------------------------------------- */

static bool is_running(struct run *r, const struct guest_ears *ears)
{
	struct json *said = r->outside.is_deaf ? NULL : guest_ask(&r->guest, "query-status", NULL, ANSWER, ears);
	const char *status = json_text(json_member(said, "return"), "status");
	bool running = status && strcmp(status, "running") == 0;

	r->outside.is_deaf |= !said;
	json_free(said);
	return running;
}

static void order(struct run *r, const char *command, const struct guest_ears *ears)
{
	json_free(guest_ask(&r->guest, command, NULL, VIEW_MILLISECONDS, ears));
}

/* Where do the processors stand? The machine is stopped. */
static void take_stands(struct run *r, struct view *v, bool may_run)
{
	struct outside *o = &r->outside;

	stands_free(&o->stands);
	o->is_probing = true;
	stands_take(&o->stands, v, may_run, r->machine.logs_exceptions);
	o->is_probing = false;
}

/* The debugger port is free, unless the user has one. */
static bool may_debug(const struct run *r)
{
	bool is_taken = r->machine.wait_for_gdb;

	for (char *const *extra = r->machine.extra; extra && *extra; extra++)
		is_taken |= strcmp(*extra, "-s") == 0 || strcmp(*extra, "-gdb") == 0;
	return !is_taken;
}

/* The machine runs, and has been quiet. */
static void look(struct run *r)
{
	const struct guest_ears ears = run_ears(r);
	long long heard = r->last_output;
	struct view v;

	if (!is_running(r, &ears))
		return;
	order(r, "stop", &ears);
	view_open(&v, &r->guest, &ears, may_debug(r));
	take_stands(r, &v, true);
	/* Text that it has printed meanwhile may decide the run. */
	if (r->guest.end == GUEST_RUNS && r->last_output == heard && stands_are_final(&r->outside.stands)) {
		print_stands(r, &v);
		if (!run_is_watched(r))
			r->over = OVER_DEAD;
		else if (r->input.is_terminal)
			complain(0, "the run goes on: Ctrl-A X ends it, Ctrl-A C opens QEMU's monitor");
	}
	view_close(&v);
	if (r->guest.end == GUEST_RUNS)
		order(r, "cont", &ears);
}

/* The same exceptions come, and nothing else happens. */
static void look_at_loop(struct run *r)
{
	const struct guest_ears ears = run_ears(r);
	struct outside *o = &r->outside;
	struct failure found;
	struct view v;

	order(r, "stop", &ears);
	guest_hear_rest(&r->guest, &ears);
	exceptions_cut(&o->exceptions);
	if (r->guest.end == GUEST_RUNS && from_qemu_found(&o->exceptions, &found)) {
		view_open(&v, &r->guest, &ears, may_debug(r));
		print_fault(r, &v, &found);
		view_close(&v);
		if (!run_is_watched(r))
			r->over = OVER_LOOP;
	}
	if (r->guest.end == GUEST_RUNS)
		order(r, "cont", &ears);
}

/* Have the same exceptions come for long enough? */
static bool is_loop(struct outside *o, long long now)
{
	if (!exceptions_loop(&o->exceptions)) {
		o->loop_since = 0;
		return false;
	}
	if (o->loop_since && now - o->loop_since < LOOP)
		return false;
	bool goes_on = o->loop_since && o->exceptions.repeats >= o->loop_count + LOOP_LEAST;
	o->loop_since = now;
	o->loop_count = o->exceptions.repeats;
	return goes_on;
}

/* With --gdb the machine is the debugger's. */
static bool can_be_asked(const struct run *r)
{
	return !r->outside.is_deaf && r->machine.arch != ARCH_RISCV64 && !r->machine.wait_for_gdb;
}

void outside_watch(struct run *r, long long now)
{
	struct outside *o = &r->outside;
	long long quiet = now - r->last_output;

	if (o->has_explained || !can_be_asked(r) || r->over || r->guest.end != GUEST_RUNS || r->guest.sleeps ||
	    r->progress.end != PROGRESS_GOES_ON || r->input.in_monitor)
		return;
	if (is_loop(o, now) && quiet >= LOOP) {
		look_at_loop(r);
		return;
	}
	if (quiet < LOOK_FIRST)
		o->look_after = LOOK_FIRST;
	if (quiet < o->look_after || run_has_command_due(r))
		return;
	o->look_after = 2 * quiet; /* ever less often */
	look(r);
}

/* ---- The end ---------------------------------------------------------------------------------------------------- */

static void explain_reset(struct run *r)
{
	const struct guest_ears ears = run_ears(r);
	struct outside *o = &r->outside;
	struct failure found;
	struct view v;

	is_running(r, &ears);
	if (o->is_deaf)
		return;
	guest_hear_rest(&r->guest, &ears);
	exceptions_end(&o->exceptions);
	view_open(&v, &r->guest, &ears, may_debug(r));
	o->was_triple_fault = o->exceptions.triple_fault && from_qemu_found(&o->exceptions, &found);
	o->was_asked_for = !o->exceptions.triple_fault && exceptions_count(&o->exceptions); /* KVM logs none */
	if (o->was_triple_fault) {
		print_fault(r, &v, &found);
	} else if (v.cpu_count) {
		take_stands(r, &v, false);
		print_stands(r, &v);
	}
	view_close(&v);
}

static void explain_stand(struct run *r)
{
	const struct guest_ears ears = run_ears(r);
	bool may_run = is_running(r, &ears) && !r->machine.wait_for_gdb;
	struct view v;

	if (r->outside.is_deaf)
		return;
	order(r, "stop", &ears);
	view_open(&v, &r->guest, &ears, may_debug(r));
	if (v.cpu_count) {
		take_stands(r, &v, may_run);
		print_stands(r, &v);
	}
	view_close(&v);
}

void outside_explain(struct run *r)
{
	struct outside *o = &r->outside;
	bool waited = r->over == OVER_TIME || r->over == OVER_INPUT || signal_seen() == SIGINT;
	bool may_ask = !o->has_explained && r->machine.arch != ARCH_RISCV64 && r->guest.control >= 0;

	if (may_ask && r->guest.end == GUEST_RESET && !r->expect_reset)
		explain_reset(r);
	else if (may_ask && r->guest.end == GUEST_RUNS && waited && r->progress.end == PROGRESS_GOES_ON)
		explain_stand(r);
	o->is_over = true;
	exceptions_free(&o->exceptions);
	stands_free(&o->stands);
}
