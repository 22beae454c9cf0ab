/* stand_print.c — where processors stand, in words. */
#include "stand.h"

#include <stdlib.h>
#include <string.h>

#include "colour.h"
#include "explain/report.h"

enum { FRAMES_SHOWN = 6 };

#define LL(n) ((unsigned long long)(n))

/* ---- The sentence ---------------------------------------------------------------------------------------------- */

static void print_sentence(const struct stand *s, unsigned cpu, bool is_x86, FILE *out)
{
	const char *masked = s->interrupts_off ? "with interrupts off" : "with interrupts on";

	fprintf(out, "%shobnail: CPU %u ", colour(out, COLOUR_BAD), cpu);
	if (s->kind == STAND_HALTED && is_x86)
		fprintf(out, "is halted %s: nothing wakes it", masked);
	else if (s->kind == STAND_HALTED)
		fprintf(out, "waits %s, and the interrupt controller has none enabled: nothing wakes it", masked);
	else if (s->kind == STAND_WAITS)
		fprintf(out, "waits for an interrupt, %s", masked);
	else if (s->kind == STAND_NOT_STARTED)
		fputs("has not been started", out);
	else if (s->kind == STAND_SPINS)
		fprintf(out, "executes the same few instructions again and again, %s", masked);
	else if (s->seen > 1)
		fprintf(out, "runs, %s", masked);
	else
		fprintf(out, "has stopped, %s", masked);
	fprintf(out, ".%s\n", colour(out, COLOUR_PLAIN));
}

/* ---- Devices --------------------------------------------------------------------------------------------------- */

static void print_access(const struct access *a, const struct view *v, FILE *out)
{
	const struct region *r = view_region(v, a->at, a->is_port);

	fprintf(out, "         It reads %u byte%s of %s %#llx, ", a->bytes, a->bytes == 1 ? "" : "s",
	        a->is_port ? "I/O port" : "physical", LL(a->at));
	if (a->is_absent)
		fputs("where there is no device", out);
	else
		fprintf(out, "in the device that QEMU calls %s", *a->name ? a->name : r ? r->name : "unknown");
	if (a->varies)
		fputs(", and gets different values.\n", out);
	else if (a->value_known)
		fprintf(out, ", and gets 0x%llx each time.\n", LL(a->value));
	else
		fputs(".\n", out);
}

static void print_accesses(const struct stands *s, unsigned cpu, const struct view *v, FILE *out)
{
	bool any = false;

	for (unsigned i = 0; i < s->access_count; i++) {
		const struct access *a = &s->accesses[i];
		if (a->cpu_known && a->cpu != cpu)
			continue;
		print_access(a, v, out);
		any = true;
	}
	if (!any && s->at[cpu].kind == STAND_SPINS)
		fputs("         It reads no device: it waits for memory to change.\n", out);
}

/* ---- Places ---------------------------------------------------------------------------------------------------- */

static void print_places(const struct stand *s, const struct symbols *symbols, FILE *out)
{
	unsigned count = s->kind == STAND_RUNS && s->place_count <= STAND_PLACES ? s->place_count :
	                 s->kind == STAND_RUNS ? STAND_PLACES : 1;

	for (unsigned i = 0; i < count; i++) {
		char text[REPORT_LINE] = "";
		vaddr at = s->place[i].value[REGISTER_PC];
		symbols_text(symbols, at, text, sizeof(text));
		fprintf(out, "%s %#018llx%s%s\n", i ? "  " : "at", LL(at), *text ? "  " : "", text);
	}
}

static void print_frames(const struct registers *r, const struct view *v, const struct symbols *symbols, FILE *out)
{
	static struct report report; /* several KiB */
	struct registers here = *r;
	struct fault fault;

	for (unsigned level = 0; level < LEVELS; level++) /* of an exception that is long over */
		here.system_known[level] &= (uint16_t)~(1u << SYSTEM_ELR | 1u << SYSTEM_SPSR);
	registers_fault(&here, 0, &fault);
	report_make(&(struct report_source){ .registers = &here, .fault = &fault, .memory = view_memory(v),
	                                     .symbols = symbols }, &report);
	for (unsigned i = 0; i < report.frame_count && i < FRAMES_SHOWN; i++)
		fprintf(out, "%s %#018llx  %s\n", i ? "           " : "called from", LL(report.frames[i].at),
		        report.frames[i].text);
}

void stands_print(const struct stands *s, const struct view *v, const struct symbols *symbols, FILE *out)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct stand *stand = &s->at[i];
		print_sentence(stand, i, v->guest->arch == ARCH_X86_64, out);
		if (stand->kind == STAND_NOT_STARTED)
			continue;
		print_accesses(s, i, v, out);
		print_places(stand, symbols, out);
		if (stand->kind != STAND_RUNS || stand->place_count == 1)
			print_frames(&stand->place[0], v, symbols, out);
	}
}
